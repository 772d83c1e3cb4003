package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Frame;
import dev.stampede.env.RawEnvironment;
import dev.stampede.env.Space;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An environment in a Python worker, exactly as Python steps it.
 *
 * <p>If the worker dies, the call under way throws, and so do all that follow.
 */
final class GymRaw implements RawEnvironment {
  private final Worker worker;
  private final Slot slot;

  /**
   * @param spec JSON, see {@link WorkerSpec}
   */
  GymRaw(Worker worker, String spec) {
    this.worker = worker;
    WorkerProcess process = worker.process();
    try {
      this.slot = Slot.make(process, worker.newSlot(), spec);
    } catch (WorkerDied e) {
      throw lost(process, e);
    }
  }

  @Override
  public Space observationSpace() {
    return slot.observationSpace();
  }

  @Override
  public Space actionSpace() {
    return slot.actionSpace();
  }

  @Override
  public void reset(@Nullable Long seed, Map<String, Object> options) {
    ask(
        s -> {
          boolean plain = options.isEmpty();
          if (plain && seed == null) {
            s.reset();
          } else if (plain && seed != null && seed >= 0 && seed <= Integer.MAX_VALUE) {
            s.reset(seed.intValue());
          } else {
            s.reset(seed, options);
          }
          return s;
        });
  }

  @Override
  public RawStep step(Object action) {
    return ask(
        s -> {
          s.stepRaw(action);
          return new RawStep(s.reward(), s.terminated(), s.truncated());
        });
  }

  @Override
  public void seedActions(long seed) {
    ask(
        s -> {
          s.seedActions(seed);
          return s;
        });
  }

  @Override
  public Object sampleAction() {
    return ask(Slot::sampleAction);
  }

  @Override
  public byte[] observationBytes() {
    return slot.observationBytes();
  }

  @Override
  public Object observation() {
    return slot.wholeObservation();
  }

  @Override
  public Map<String, Object> info() {
    return ask(Slot::info);
  }

  @Override
  public Map<String, Object> about() {
    return slot.about();
  }

  @Override
  public Optional<Frame> render() {
    return ask(Slot::render);
  }

  @Override
  public Optional<String> check() {
    String broken = ask(Slot::check);
    return broken.isEmpty() ? Optional.empty() : Optional.of(broken);
  }

  @Override
  public void close() {
    try {
      slot.close();
    } catch (WorkerDied e) {
      // Then there is nothing left to close.
    }
  }

  /** Something that a slot does, unless its process dies over it. */
  @FunctionalInterface
  private interface Question<T> {
    T ask(Slot slot) throws WorkerDied;
  }

  private <T> T ask(Question<T> question) {
    try {
      return question.ask(slot);
    } catch (WorkerDied e) {
      throw lost(slot.process(), e);
    }
  }

  private EnvironmentException lost(WorkerProcess process, WorkerDied how) {
    worker.died(process, how);
    return new EnvironmentException(how.getMessage() + ":\n" + process.stderr(), how);
  }
}
