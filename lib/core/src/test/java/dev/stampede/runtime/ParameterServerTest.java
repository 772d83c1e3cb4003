package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.algorithm.ParameterServerUse;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.MomentumSgd;
import dev.stampede.nn.Parameters;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterServerTest {
  private static final int SIZE = 2_500;

  private final Parameters theta = new Parameters(SIZE);

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 31, 10_000})
  void every_number_belongs_to_one_shard(int shards) {
    ParameterServer.Client client = server(shards, 0).new Client();
    client.pull();
    double norm = client.push(ones(2), 0.5);

    assertThat(norm).isCloseTo(2 * Math.sqrt(SIZE), within(1e-3));
    for (float each : theta.toArray()) {
      assertThat(each).isEqualTo(-1f); // 0 − 0.5 · 2
    }
  }

  @Test
  void a_gradient_is_dropped_when_its_parameters_are_too_old() {
    ParameterServer server = server(5, 2);
    ParameterServer.Client slow = server.new Client();
    ParameterServer.Client fast = server.new Client();
    slow.pull();
    for (int i = 0; i < 2; i++) {
      fast.pull();
      fast.push(ones(1), 1);
    }
    slow.push(ones(1), 1); // Two updates old: still taken.
    assertThat(theta.toArray()).containsOnly(-3f);
    assertThat(server.droppedShare()).isZero();

    slow.push(ones(1), 1); // Three, with its own.

    assertThat(theta.toArray()).containsOnly(-3f);
    assertThat(server.droppedShare()).isEqualTo(5 / 20.0); // Of four gradients to five shards.
  }

  /** Without a lock, some of these would be lost. */
  @Test
  void no_gradient_of_many_workers_is_lost() throws Exception {
    ParameterServer server = server(4, Long.MAX_VALUE);
    int workers = 6;
    int each = 300;
    CountDownLatch start = new CountDownLatch(1);
    Thread[] threads = new Thread[workers];
    for (int i = 0; i < workers; i++) {
      threads[i] =
          new Thread(
              () -> {
                try {
                  start.await();
                } catch (InterruptedException e) {
                  return;
                }
                ParameterServer.Client client = server.new Client();
                for (int k = 0; k < each; k++) {
                  client.pull();
                  client.push(ones(1), 1);
                }
              });
      threads[i].start();
    }
    start.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(theta.toArray()).containsOnly(-(float) (workers * each));
  }

  private ParameterServer server(int shards, long mostStale) {
    MomentumSgd sgd = new MomentumSgd(SIZE, 0, Double.POSITIVE_INFINITY);
    return new ParameterServer(new ParameterServerUse(shards, mostStale), theta, sgd);
  }

  private static Gradient ones(float value) {
    float[] all = new float[SIZE];
    Arrays.fill(all, value);
    return Gradient.of(all);
  }
}
