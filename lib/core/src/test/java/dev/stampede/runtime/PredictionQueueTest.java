package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class PredictionQueueTest {

  /**
   * Every state is another one and is answered by a network that tells them apart, so that a lost,
   * doubled or exchanged answer would show.
   */
  @ParameterizedTest
  @CsvSource({"1, 1, 1, 1", "32, 2, 128, 100", "32, 3, 5, 4", "40, 2, 1, 100"})
  void every_question_of_every_agent_gets_its_own_answer_once(
      int agents, int predictors, int batch, int length) throws Exception {
    Space.Box box = Space.Box.floats(2);
    Network network = new Network(Networks.mlp(box, 2, Nonlinearity.RELU, 2), box);
    Parameters theta = new Parameters(network.size());
    theta.set(new float[] {1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0}); // The identity, for numbers ≥ 0.
    for (int repetition = 0; repetition < 15; repetition++) {
      PredictionQueue queue = new PredictionQueue(length, () -> false, () -> {});
      AtomicInteger left = new AtomicInteger(agents);
      AtomicInteger answers = new AtomicInteger();
      AtomicInteger largest = new AtomicInteger();
      AtomicReference<Throwable> failure = new AtomicReference<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < agents; i++) {
        int id = i;
        threads.add(
            new Thread(
                () -> {
                  PredictionQueue.Request request = new PredictionQueue.Request(2);
                  for (int question = 0; question < 100; question++) {
                    float[] out = queue.ask(request, Observation.of(id, question));
                    if (out[0] != id || out[1] != question) {
                      failure.set(
                          new AssertionError(
                              id + ", " + question + " got " + out[0] + ", " + out[1]));
                    }
                  }
                  left.decrementAndGet();
                }));
      }
      for (int i = 0; i < predictors; i++) {
        threads.add(
            new Thread(
                () -> {
                  try (LocalNetwork local = network.onShared(theta, batch)) {
                    while (left.get() > 0) {
                      queue.answer(
                          batch,
                          requests -> {
                            largest.accumulateAndGet(requests.size(), Math::max);
                            answers.addAndGet(requests.size());
                            PredictorThread.answer(local, requests);
                          });
                    }
                  } catch (Throwable e) {
                    failure.set(e);
                  }
                }));
      }
      threads.forEach(Thread::start);
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(failure.get()).isNull();
      assertThat(answers).hasValue(agents * 100);
      assertThat(largest.get()).isBetween(1, batch);
    }
  }

  @Test
  void questions_that_wait_are_answered_together() throws Exception {
    PredictionQueue queue = new PredictionQueue(100, () -> false, () -> {});
    int agents = 20;
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < agents; i++) {
      threads.add(new Thread(() -> queue.ask(new PredictionQueue.Request(1), Observation.of(0f))));
    }
    threads.forEach(Thread::start);
    while (queue.size() < agents) {
      Thread.onSpinWait();
    }
    List<Integer> sizes = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      queue.answer(
          15,
          requests -> {
            sizes.add(requests.size());
            requests.forEach(each -> each.answer(new float[1], 0));
          });
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(sizes).containsExactly(15, 5);
  }

  @Test
  void who_waits_in_a_run_that_has_failed_is_told() throws Exception {
    AtomicBoolean failed = new AtomicBoolean();
    PredictionQueue queue = new PredictionQueue(1, failed::get, () -> {});
    AtomicInteger told = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 3; i++) { // One in the queue, two before it.
      threads.add(
          new Thread(
              () -> {
                assertThatThrownBy(
                        () -> queue.ask(new PredictionQueue.Request(1), Observation.of(0f)))
                    .hasMessageContaining("another thread of the run failed");
                told.incrementAndGet();
              }));
    }
    threads.forEach(Thread::start);
    failed.set(true);
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(told).hasValue(3);
  }

  @Test
  void an_interrupt_asks_for_an_orderly_stop_and_the_answer_is_still_waited_for() throws Exception {
    AtomicInteger stops = new AtomicInteger();
    PredictionQueue queue = new PredictionQueue(1, () -> false, stops::incrementAndGet);
    AtomicReference<float[]> answer = new AtomicReference<>();
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    Thread agent =
        new Thread(
            () -> {
              answer.set(queue.ask(new PredictionQueue.Request(1), Observation.of(0f)).clone());
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    agent.start();
    agent.interrupt();
    while (stops.get() == 0) {
      Thread.onSpinWait();
    }
    while (answer.get() == null && agent.isAlive()) {
      queue.answer(1, requests -> requests.get(0).answer(new float[] {7}, 0));
    }
    agent.join();

    assertThat(answer.get()).containsExactly(7);
    assertThat(stillInterrupted).isTrue();
  }
}
