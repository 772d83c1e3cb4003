package dev.stampede.nn;

import dev.stampede.env.Observation;

/**
 * One thread's view of a network: its own parameters θ′, room for the observations of one rollout,
 * forward and backward.
 *
 * <p>Several sequences, such as environments that step together, can share one: then state {@code t
 * · sequences + b} is step t of sequence b. A feed-forward network does not care which states
 * follow each other; a recurrent one does, and remembers something for each sequence.
 *
 * <p>{@link Network#local} makes one. Made, used and closed by one thread.
 */
public sealed interface LocalNetwork extends AutoCloseable
    permits TensorNetwork, DenseNetwork, TileNetwork {

  /** A loss, given as its value and its gradient at the network's outputs. */
  @FunctionalInterface
  interface Loss {
    /**
     * @param out the outputs of all states, row after row
     * @param dOut takes ∂loss/∂out, laid out like {@code out}; zero at first
     * @return the loss
     */
    double at(float[] out, float[] dOut);
  }

  /** Takes a gradient while it is valid. */
  @FunctionalInterface
  interface GradientConsumer {
    void accept(Gradient dTheta);
  }

  /** θ′ ← θ. */
  void sync(Parameters theta);

  /** Keeps the first observation of an episode as state 0: nothing is remembered before it. */
  default void start(Observation first) {
    start(0, first);
  }

  /**
   * Keeps the first observation of an episode as state {@code i}: nothing is remembered before it,
   * and no gradient goes back from it.
   */
  void start(int i, Observation first);

  /**
   * Keeps an observation as state {@code i}. Of a recurrent network it is the state that follows
   * the one before it in its sequence; what is remembered before a sequence's first state stays.
   *
   * @throws IllegalArgumentException if it has another size than the network was made for
   */
  void put(int i, Observation observation);

  /**
   * State {@code to} becomes a copy of state {@code from}. Of a recurrent network it takes along
   * what is remembered before it, as the θ′ of that time gave it, and {@code to} is 0.
   */
  void copy(int from, int to);

  /**
   * The states {@code from}…{@code from}+n−1, one of each of n sequences, become the first of each,
   * as {@link #copy} has it.
   */
  default void carry(int from, int n) {
    for (int b = 0; b < n; b++) {
      copy(from + b, b);
    }
  }

  /**
   * The network's outputs for state {@code i}, without a graph. Of a recurrent network they follow
   * from all states up to {@code i} of its sequence and from what is remembered before the first;
   * the call can be repeated. The array is used again by the next call.
   */
  float[] forward(int i);

  /**
   * The network's outputs for an observation that follows state {@code i} in its episode and is not
   * kept, such as the last of an episode where the next state of the sequence starts another. The
   * array is used again by the next call. Only where it was made for sequences.
   */
  float[] after(int i, Observation next);

  /**
   * The network's outputs for states {@code from}…{@code from}+n−1, row after row, without a graph.
   * The array is used again by the next call of this or of {@link #backward}.
   */
  float[] outputs(int from, int n);

  /** The outputs for states 0…n−1. */
  default float[] outputs(int n) {
    return outputs(0, n);
  }

  /**
   * The features of state {@code i} that are 1, as a {@linkplain Networks#tiles tile-coded} network
   * has them: output k is the sum of θ at these indices + k · features. Valid until state {@code i}
   * is another one.
   *
   * @throws IllegalStateException if it is another network
   */
  default int[] active(int i) {
    throw new IllegalStateException(
        "expected a linear network of tile-coded features, Networks.tiles, but this one is not;"
            + " leave the network out");
  }

  /**
   * The loss over states 0…n−1, and its gradient by one backward pass: for a recurrent network
   * through time as far back as the sequence's first state or the start of an episode, and not into
   * what is remembered before that.
   *
   * @param gradient takes dθ; it is valid until the next call
   * @return the loss
   */
  double backward(int n, Loss loss, GradientConsumer gradient);

  /**
   * The same over some states in this order, row i being state {@code states[i]}.
   *
   * @throws IllegalStateException if the network is recurrent: its states follow each other
   */
  double backward(int[] states, Loss loss, GradientConsumer gradient);

  /**
   * The numbers of state {@code i} as the network takes them: bytes become 0 to 1.
   *
   * @param into takes them from {@code at} on
   * @throws IllegalStateException if the network keeps something else of a state
   */
  default void observation(int i, float[] into, int at) {
    throw new IllegalStateException(
        "expected a network that keeps its observations, but a tile coding keeps active features");
  }

  /**
   * The gradient of a loss of state {@code i} alone with respect to its observation, as the network
   * takes it: bytes scaled to [0, 1]. What is remembered before the state is constant.
   *
   * @throws IllegalStateException if its outputs are steps of the observation, so that it has none
   */
  float[] observationGradient(int i, Loss loss);

  /**
   * The gradient of a loss over states 0…n−1 with respect to all their observations, row after row,
   * by one backward pass.
   *
   * @throws IllegalStateException if the network is recurrent, or has no such gradient
   */
  float[] observationGradients(int n, Loss loss);

  /** What a recurrent network remembers before state {@code i}; nothing of other networks. */
  float[] memory(int i);

  /**
   * Makes state 0 the one before which these numbers are remembered; to be called after {@link
   * #start}.
   */
  default void setMemory(float[] memory) {
    setMemory(0, memory);
  }

  /** The same for the first state of sequence {@code b}. */
  void setMemory(int b, float[] memory);

  /** Another set of parameters, at first 0, that looks at the same states; such as a target θ⁻. */
  LocalNetwork twin();

  @Override
  void close();
}
