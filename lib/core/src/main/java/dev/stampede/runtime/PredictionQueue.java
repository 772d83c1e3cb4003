package dev.stampede.runtime;

import dev.stampede.env.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * States on their way from agents to predictors, and the outputs on their way back.
 *
 * <p>Safe for any number of threads. No state is copied here: its agent waits, so it stays as it is
 * until the answer. Who waits looks every few milliseconds whether the run has failed.
 */
final class PredictionQueue {
  private static final int LOOK_AGAIN_MILLISECONDS = 20;

  private final BlockingQueue<Request> waiting;
  private final BooleanSupplier failed;
  private final Runnable stop;

  /** One agent's place: at most one question at a time. Belongs to that agent's thread. */
  static final class Request {
    private final float[] out;
    private final Semaphore answered = new Semaphore(0);
    private @Nullable Observation state;
    private boolean good;

    /**
     * @param outputs of the network for one state
     */
    Request(int outputs) {
      this.out = new float[outputs];
    }

    Observation state() {
      if (state == null) {
        throw new IllegalStateException("nothing was asked");
      }
      return state;
    }

    /** Takes the answer: row {@code i} of {@code all}. */
    void answer(float[] all, int i) {
      System.arraycopy(all, i * out.length, out, 0, out.length);
      good = true;
    }
  }

  /**
   * @param length most states in the queue
   * @param failed whether a thread of the run has failed, so that no answer may come
   * @param stop ends the run in an orderly way; an interrupt does so
   */
  PredictionQueue(int length, BooleanSupplier failed, Runnable stop) {
    this.waiting = new ArrayBlockingQueue<>(length);
    this.failed = failed;
    this.stop = stop;
  }

  /**
   * Asks for the outputs of a state and waits for them.
   *
   * @return the outputs; the array is used again for the next question
   * @throws IllegalStateException if no answer comes because the run has failed
   */
  float[] ask(Request request, Observation state) {
    request.state = state;
    request.good = false;
    boolean interrupted = false;
    boolean inQueue = false;
    boolean done = false;
    while (!done) {
      try {
        if (!inQueue) {
          inQueue = waiting.offer(request, LOOK_AGAIN_MILLISECONDS, TimeUnit.MILLISECONDS);
        } else {
          done = request.answered.tryAcquire(LOOK_AGAIN_MILLISECONDS, TimeUnit.MILLISECONDS);
        }
        // A predictor that has taken the question looks at the state: it is waited for.
        done = done || failed.getAsBoolean() && (!inQueue || waiting.remove(request));
      } catch (InterruptedException e) {
        interrupted = true; // The state is in use until the answer.
        stop.run();
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!request.good) {
      throw new IllegalStateException("no prediction came: another thread of the run failed");
    }
    return request.out;
  }

  /** Questions that no predictor has taken yet. */
  int size() {
    return waiting.size();
  }

  /**
   * Takes the questions that wait, at most {@code most}, and gives them to {@code predictor}, which
   * {@linkplain Request#answer answers} them; waits a little if there is none.
   */
  void answer(int most, Consumer<List<Request>> predictor) {
    List<Request> batch = new ArrayList<>(most);
    try {
      Request first = waiting.poll(LOOK_AGAIN_MILLISECONDS, TimeUnit.MILLISECONDS);
      if (first == null) {
        return;
      }
      batch.add(first);
    } catch (InterruptedException e) {
      stop.run();
      return;
    }
    waiting.drainTo(batch, most - 1);
    try {
      predictor.accept(batch);
    } finally {
      for (Request each : batch) { // Also without an answer, so that no agent waits forever.
        each.answered.release();
      }
    }
  }
}
