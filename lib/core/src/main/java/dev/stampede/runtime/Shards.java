package dev.stampede.runtime;

import dev.stampede.env.Observation;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Parameters;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * One batch of states over all environments, computed in a few shards at the same time: each has
 * some of the environments and a network of its own.
 *
 * <p>Which environments are in which shard, and the order in which gradients are added, are fixed:
 * the result does not depend on timing. Used by one thread, closed by the same.
 */
final class Shards implements AutoCloseable {
  /** Fewer environments than this are not worth another thread. */
  private static final int SMALLEST = 4;

  /** Environments {@code from}…{@code to}−1. */
  private record Shard(int from, int to, LocalNetwork network) {
    int environments() {
      return to - from;
    }
  }

  private final List<Shard> shards = new ArrayList<>();
  private final Shard[] ofEnvironment;
  private final Threads threads;
  private final int environments;
  private final int outputs;
  private final float[] acting;
  private final float[] out;
  private final float[] dOut;
  private final float[] sum;
  private double loss;

  /**
   * @param length longest rollout, in steps of each environment
   */
  Shards(Network network, int environments, int length) {
    this.environments = environments;
    this.outputs = network.outputs();
    int cores = Runtime.getRuntime().availableProcessors();
    int count = network.isFused() ? 1 : Math.max(1, Math.min(cores, environments / SMALLEST));
    this.threads = new Threads("batch", count == 1 ? 0 : count);
    this.ofEnvironment = new Shard[environments];
    for (int s = 0; s < count; s++) {
      int from = s * environments / count;
      int to = (s + 1) * environments / count;
      Shard shard = new Shard(from, to, network.local(to - from, length + 1));
      shards.add(shard);
      for (int e = from; e < to; e++) {
        ofEnvironment[e] = shard;
      }
    }
    this.acting = new float[environments * outputs];
    this.out = new float[length * environments * outputs];
    this.dOut = new float[out.length];
    this.sum = new float[network.size()];
  }

  void sync(Parameters theta) {
    threads.all(shards.size(), s -> shards.get(s).network.sync(theta));
  }

  /** Keeps the observation as state {@code t} of environment {@code e}. */
  void put(int t, int e, Observation observation) {
    ofEnvironment[e].network.put(state(t, e), observation);
  }

  /** The same for the first observation of an episode. */
  void start(int t, int e, Observation first) {
    ofEnvironment[e].network.start(state(t, e), first);
  }

  /** What the network remembers of environment {@code e} before state {@code t}. */
  float[] memory(int t, int e) {
    return ofEnvironment[e].network.memory(state(t, e));
  }

  /** What it remembers before state 0. */
  void setMemory(int e, float[] memory) {
    ofEnvironment[e].network.setMemory(e - ofEnvironment[e].from, memory);
  }

  /** State {@code t} of each environment becomes its state 0. */
  void restart(int t) {
    for (Shard shard : shards) {
      shard.network.carry(t * shard.environments(), shard.environments());
    }
  }

  private int state(int t, int e) {
    Shard shard = ofEnvironment[e];
    return t * shard.environments() + e - shard.from;
  }

  /** Outputs for state {@code t} of all environments, row after row. */
  float[] forward(int t) {
    threads.all(
        shards.size(),
        s -> {
          Shard shard = shards.get(s);
          int n = shard.environments();
          float[] rows = shard.network.outputs(t * n, n);
          System.arraycopy(rows, 0, acting, shard.from * outputs, n * outputs);
        });
    return acting;
  }

  /** Outputs for what followed state {@code t} of environment {@code e} and is in no rollout. */
  float[] after(int t, int e, Observation next) {
    return ofEnvironment[e].network.after(state(t, e), next);
  }

  /** What one shard has to do with a batch, and where its rows stand among all. */
  private interface Part {
    /** How many of the rows are its own. */
    int rows();

    void backward(LocalNetwork.Loss loss, LocalNetwork.GradientConsumer consumer);

    /** Copies its rows into the rows of all, or back. */
    void move(float[] own, float[] all, boolean toAll);
  }

  /**
   * The loss over states 0…t−1 of all environments and its gradient.
   *
   * @param function sees a row for each state: environment e at time i in row i · environments + e
   */
  void backward(int t, LocalNetwork.Loss function, LocalNetwork.GradientConsumer consumer) {
    backward(shards.stream().map(shard -> rollouts(shard, t)).toList(), function, consumer);
  }

  /**
   * The same over some of these states, row i being {@code states[i]}.
   *
   * @param states environment e at time i has number i · environments + e
   */
  void backward(int[] states, LocalNetwork.Loss function, LocalNetwork.GradientConsumer consumer) {
    backward(shards.stream().map(shard -> some(shard, states)).toList(), function, consumer);
  }

  private void backward(
      List<Part> parts, LocalNetwork.Loss function, LocalNetwork.GradientConsumer consumer) {
    Gradient[] gradients = new Gradient[shards.size()];
    java.util.Arrays.fill(dOut, 0);
    CyclicBarrier forwardDone =
        new CyclicBarrier(shards.size(), () -> loss = function.at(out, dOut));
    CyclicBarrier backwardDone = new CyclicBarrier(shards.size(), () -> give(gradients, consumer));
    threads.all(
        shards.size(),
        s -> {
          Part part = parts.get(s);
          try {
            if (part.rows() == 0) {
              await(forwardDone);
              await(backwardDone);
              return;
            }
            part.backward(
                (own, dOwn) -> {
                  part.move(own, out, true);
                  await(forwardDone);
                  part.move(dOwn, dOut, false);
                  return 0;
                },
                dTheta -> {
                  gradients[s] = dTheta;
                  await(backwardDone);
                });
          } catch (Throwable e) {
            breakForGood(forwardDone); // Who waits for this shard fails too, instead of forever.
            breakForGood(backwardDone);
            throw e;
          }
        });
  }

  private void give(Gradient[] gradients, LocalNetwork.GradientConsumer consumer) {
    List<Gradient> all = Stream.of(gradients).filter(Objects::nonNull).toList();
    consumer.accept(all.size() == 1 ? all.get(0) : Gradient.sum(all, sum));
  }

  /** States 0…t−1 of a shard's environments. */
  private Part rollouts(Shard shard, int t) {
    return new Part() {
      @Override
      public int rows() {
        return t * shard.environments();
      }

      @Override
      public void backward(LocalNetwork.Loss loss, LocalNetwork.GradientConsumer consumer) {
        shard.network.backward(rows(), loss, consumer);
      }

      @Override
      public void move(float[] own, float[] all, boolean toAll) {
        int length = shard.environments() * outputs;
        for (int i = 0; i < t; i++) {
          copy(own, i * length, all, (i * environments + shard.from) * outputs, length, toAll);
        }
      }
    };
  }

  /** Those of some states that are of a shard's environments. */
  private Part some(Shard shard, int[] states) {
    int[] rows =
        IntStream.range(0, states.length)
            .filter(row -> ofEnvironment[states[row] % environments] == shard)
            .toArray();
    return new Part() {
      @Override
      public int rows() {
        return rows.length;
      }

      @Override
      public void backward(LocalNetwork.Loss loss, LocalNetwork.GradientConsumer consumer) {
        int[] own =
            IntStream.of(rows)
                .map(row -> state(states[row] / environments, states[row] % environments))
                .toArray();
        shard.network.backward(own, loss, consumer);
      }

      @Override
      public void move(float[] own, float[] all, boolean toAll) {
        for (int i = 0; i < rows.length; i++) {
          copy(own, i * outputs, all, rows[i] * outputs, outputs, toAll);
        }
      }
    };
  }

  private static void copy(float[] own, int i, float[] all, int at, int length, boolean toAll) {
    if (toAll) {
      System.arraycopy(own, i, all, at, length);
    } else {
      System.arraycopy(all, at, own, i, length);
    }
  }

  private static void await(CyclicBarrier barrier) {
    try {
      barrier.await();
    } catch (BrokenBarrierException e) {
      throw new IllegalStateException("another part of the batch failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the batch was computed", e);
    }
  }

  private static void breakForGood(CyclicBarrier barrier) {
    Thread.currentThread().interrupt();
    try {
      barrier.await();
    } catch (BrokenBarrierException | InterruptedException e) {
      // This is what it is called for.
    }
    Thread.interrupted();
  }

  @Override
  public void close() {
    threads.close();
    Collections.reverse(shards);
    shards.forEach(shard -> shard.network.close());
  }
}
