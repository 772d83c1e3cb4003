package dev.stampede.nn;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * One thread's view of a {@link CriticNetwork}: the states of a minibatch, with actions that are
 * given when values are asked for. Arrays of actions and of gradients are row after row.
 *
 * <p>{@link CriticNetwork#local} makes one. Made, used and closed by one thread.
 */
public final class LocalCritic implements AutoCloseable {
  private final CriticNetwork critic;
  private final LocalNetwork network;
  private final float[][] pairs;
  private final ByteBuffer raw;
  private final float[] actionGradients;

  LocalCritic(CriticNetwork critic, LocalNetwork network, int capacity) {
    this.critic = critic;
    this.network = network;
    this.pairs = new float[capacity][critic.observations().size() + critic.actions()];
    this.raw = ByteBuffer.allocate(critic.observations().bytes()).order(ByteOrder.nativeOrder());
    this.actionGradients = new float[capacity * critic.actions()];
  }

  /** φ ← the shared one's values. */
  public void sync(Parameters phi) {
    network.sync(phi);
  }

  /**
   * Keeps an observation as state {@code i}.
   *
   * @throws IllegalArgumentException if it has another size than the critic was made for
   */
  public void put(int i, Observation state) {
    Space.Box box = critic.observations();
    if (state.bytes() != box.bytes()) {
      throw new IllegalArgumentException(
          "observation: expected "
              + box
              + ", "
              + box.bytes()
              + " bytes, but got "
              + state.bytes()
              + "; the critic must be made for what the environment gives");
    }
    state.copyTo(raw.clear());
    raw.flip();
    if (box.element() == Space.Element.FLOAT32) {
      raw.asFloatBuffer().get(pairs[i], 0, box.size());
    } else {
      for (int j = 0; j < box.size(); j++) {
        pairs[i][j] = (raw.get(j) & 0xff) * (1 / 255f);
      }
    }
  }

  /** Q(s_i, a_i) for states 0…n−1. The array is used again by the next call. */
  public float[] values(int n, float[] actions) {
    place(n, actions);
    return network.outputs(n);
  }

  /**
   * The loss over the values Q(s_i, a_i) of states 0…n−1, and its gradient with respect to φ.
   *
   * @param gradient takes dφ; it is valid until the next call
   * @return the loss
   */
  public double backward(
      int n, float[] actions, LocalNetwork.Loss loss, LocalNetwork.GradientConsumer gradient) {
    place(n, actions);
    return network.backward(n, loss, gradient);
  }

  /**
   * ∂Q(s_i, a)/∂a at a_i for states 0…n−1, by one backward pass. The array is used again by the
   * next call.
   *
   * @param q takes Q(s_i, a_i)
   */
  public float[] actionGradients(int n, float[] actions, float[] q) {
    place(n, actions);
    float[] all =
        network.observationGradients(
            n,
            (values, dValues) -> {
              System.arraycopy(values, 0, q, 0, n);
              Arrays.fill(dValues, 0, n, 1);
              return 0;
            });
    int d = critic.actions();
    int states = critic.observations().size();
    for (int i = 0; i < n; i++) {
      System.arraycopy(all, i * (states + d) + states, actionGradients, i * d, d);
    }
    return actionGradients;
  }

  @Override
  public void close() {
    network.close();
  }

  private void place(int n, float[] actions) {
    int d = critic.actions();
    for (int i = 0; i < n; i++) {
      System.arraycopy(actions, i * d, pairs[i], critic.observations().size(), d);
      network.put(i, Observation.of(pairs[i]));
    }
  }
}
