package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class CoresTest {
  private static final int CORES = Runtime.getRuntime().availableProcessors();

  @Test
  void only_as_many_compute_as_there_are_cores_and_everybody_has_a_turn() throws Exception {
    int threads = 4 * CORES;
    Cores cores = Cores.sharedBy(threads, false);
    AtomicInteger computing = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    AtomicIntegerArray rollouts = new AtomicIntegerArray(threads);
    AtomicBoolean stop = new AtomicBoolean();
    CountDownLatch everybody = new CountDownLatch(threads);
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int id = i;
      Thread thread =
          new Thread(
              () -> {
                Cores.Share share = cores.share();
                share.enter();
                while (!stop.get()) {
                  share.pause();
                  most.accumulateAndGet(computing.incrementAndGet(), Math::max);
                  if (rollouts.incrementAndGet(id) == 1) {
                    everybody.countDown();
                  }
                  computing.decrementAndGet();
                }
                share.leave();
              });
      all.add(thread);
      thread.start();
    }
    everybody.await();
    stop.set(true);
    for (Thread thread : all) {
      thread.join();
    }

    assertThat(most.get()).isBetween(1, CORES);
  }

  /** As many steps wait at once as there are threads, though few of them may compute. */
  @Test
  void threads_whose_steps_wait_wait_at_the_same_time() throws Exception {
    int threads = 2 * CORES;
    Cores cores = Cores.sharedBy(threads, false);
    CountDownLatch together = new CountDownLatch(threads);
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      Thread thread =
          new Thread(
              () -> {
                Cores.Share share = cores.share();
                share.enter();
                try {
                  while (share.step(CoresTest::slowly) && !share.gaveWay()) {
                    share.pause();
                  }
                  share.step(
                      () -> {
                        together.countDown();
                        return await(together);
                      });
                } finally {
                  share.leave();
                }
              });
      all.add(thread);
      thread.start();
    }
    for (Thread thread : all) {
      thread.join();
    }

    assertThat(together.getCount()).isZero();
  }

  private static boolean slowly() {
    try {
      Thread.sleep(5);
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static boolean await(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
