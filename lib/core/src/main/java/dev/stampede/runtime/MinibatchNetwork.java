package dev.stampede.runtime;

import dev.stampede.env.Observation;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.Phaser;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * A network at the states of a minibatch and at those that follow them, computed in a few parts at
 * the same time: each has some of the transitions.
 *
 * <p>Which transitions are in which part, and the order in which gradients are added, are fixed:
 * the result does not depend on timing. Used and closed by one thread, which computes the first
 * part itself.
 */
final class MinibatchNetwork implements AutoCloseable {
  /** Fewer transitions than this are not worth another thread. */
  private static final int SMALLEST = 8;

  /**
   * Nor is less than this, half a millisecond of a core: two threads meet four times in a backward
   * pass.
   */
  private static final long FEWEST_MULTIPLICATIONS = 16_000_000;

  /** Transitions {@code from}…{@code to}−1: s_j is its state j − from, s′_j stands behind those. */
  private record Part(int from, int to, LocalNetwork network) {
    int size() {
      return to - from;
    }

    Part twin() {
      return new Part(from, to, network.twin());
    }
  }

  private final List<Part> parts;
  private final Part[] ofTransition;
  private final Threads threads;
  private final int outputs;
  private final float[] next;
  private final float[] out;
  private final float[] dOut;
  private final float[] sum;

  private MinibatchNetwork(List<Part> parts, Threads threads, int outputs, int size) {
    int transitions = parts.get(parts.size() - 1).to;
    this.parts = parts;
    this.threads = threads;
    this.outputs = outputs;
    this.ofTransition = new Part[transitions];
    parts.forEach(part -> Arrays.fill(ofTransition, part.from, part.to, part));
    this.next = new float[transitions * outputs];
    this.out = new float[transitions * outputs];
    this.dOut = new float[transitions * outputs];
    this.sum = new float[parts.size() == 1 ? 0 : size];
  }

  /** How many parts are worth it for so many transitions, where so many cores may be used. */
  static int parts(Network network, int transitions, int cores) {
    long worth =
        Math.min(
            transitions / SMALLEST,
            transitions * network.multiplications() / FEWEST_MULTIPLICATIONS);
    return network.isFused() ? 1 : (int) Math.max(1, Math.min(cores, worth));
  }

  /**
   * @param count of parts
   * @param threads that compute all parts but the first, one each
   * @param make a network that holds so many states
   */
  static MinibatchNetwork of(
      Network network,
      int transitions,
      int count,
      Threads threads,
      IntFunction<LocalNetwork> make) {
    List<Part> parts =
        IntStream.range(0, count)
            .mapToObj(
                s -> {
                  int from = s * transitions / count;
                  int to = (s + 1) * transitions / count;
                  return new Part(from, to, make.apply(2 * (to - from)));
                })
            .toList();
    return new MinibatchNetwork(parts, threads, network.outputs(), network.size());
  }

  /** Another one with a θ′ of its own at the same transitions, such as that of θ⁻. */
  MinibatchNetwork twin() {
    List<Part> twins = parts.stream().map(Part::twin).toList();
    return new MinibatchNetwork(twins, threads, outputs, sum.length);
  }

  /** Those of its parts, which must all have the same θ′. */
  LocalNetwork[] networks() {
    return parts.stream().map(Part::network).toArray(LocalNetwork[]::new);
  }

  /** What is seen before and after transition {@code j}. */
  void put(int j, Observation state, Observation after) {
    Part part = ofTransition[j];
    part.network.put(j - part.from, state);
    part.network.put(j - part.from + part.size(), after);
  }

  /** The outputs at all s′, row after row; used again by the next call. */
  float[] next() {
    threads.withCaller(
        parts.size(),
        s -> {
          Part part = parts.get(s);
          move(part, part.network.outputs(part.size(), part.size()), next, true);
        });
    return next;
  }

  /** The loss over all s, and its gradient; both are asked for and taken on the calling thread. */
  void backward(LocalNetwork.Loss loss, LocalNetwork.GradientConsumer consumer) {
    Gradient[] gradients = new Gradient[parts.size()];
    Phaser together = new Phaser(parts.size());
    Arrays.fill(dOut, 0);
    threads.withCaller(
        parts.size(),
        s -> {
          try {
            backward(s, loss, consumer, gradients, together);
          } catch (Throwable e) {
            together.forceTermination(); // Who waits for this part fails too, instead of forever.
            throw e;
          }
        });
  }

  private void backward(
      int s,
      LocalNetwork.Loss loss,
      LocalNetwork.GradientConsumer consumer,
      Gradient[] gradients,
      Phaser together) {
    Part part = parts.get(s);
    part.network.backward(
        part.size(),
        (own, dOwn) -> {
          move(part, own, out, true);
          await(together);
          double value = s == 0 ? loss.at(out, dOut) : 0;
          await(together);
          move(part, dOwn, dOut, false);
          return value;
        },
        dTheta -> {
          gradients[s] = dTheta;
          await(together);
          if (s == 0) {
            consumer.accept(gradients.length == 1 ? dTheta : Gradient.sum(List.of(gradients), sum));
          }
          await(together); // Until then a gradient is valid.
        });
  }

  private static void await(Phaser together) {
    if (together.arriveAndAwaitAdvance() < 0) {
      throw new IllegalStateException(
          "another part of the minibatch failed", new BrokenBarrierException());
    }
  }

  private void move(Part part, float[] own, float[] all, boolean toAll) {
    int length = part.size() * outputs;
    if (toAll) {
      System.arraycopy(own, 0, all, part.from * outputs, length);
    } else {
      System.arraycopy(all, part.from * outputs, own, 0, length);
    }
  }

  @Override
  public void close() {
    parts.forEach(part -> part.network.close());
  }
}
