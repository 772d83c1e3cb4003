package dev.stampede.gym;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.gym.Columns.Place;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An environment in a Python worker.
 *
 * <p>If its worker dies, the step under way, or the next one, is {@linkplain Step.Ending#LOST
 * lost}, and the next reset makes the environment anew in a new process, with a seed that follows
 * from the last one given. An exception that the environment raises is thrown as an {@link
 * dev.stampede.env.EnvironmentException}; the worker goes on.
 */
class GymEnvironment implements Environment {
  private final Worker worker;
  private final String spec;
  private final int number;
  private Slot slot;
  private OptionalInt seed = OptionalInt.empty();
  private boolean underWay;
  private boolean closed;
  private final Supplier<Step> handOut = () -> slot.result();
  private @Nullable Supplier<Step> stepAhead;
  private @Nullable Supplier<Observation> resetAhead;

  /**
   * @param spec JSON, see {@link WorkerSpec}
   */
  GymEnvironment(Worker worker, String spec) {
    this.worker = worker;
    this.spec = spec;
    this.number = worker.newSlot();
    this.slot = makeSlot();
  }

  /** What is of fixed size in the environment's observations, in its own types. */
  @Override
  public Space observationSpace() {
    Space space = slot.observationSpace();
    return Parts.fixed(space)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "a network needs observations of one size, but these are " + space));
  }

  @Override
  public Space actionSpace() {
    return slot.actionSpace();
  }

  /**
   * {@inheritDoc}
   *
   * <p>Seeds up to 2³¹ − 1 reach Python as they are, so that runs can be compared with Python's;
   * others are folded into that range, which every Python package takes.
   */
  @Override
  public Observation reset(long newSeed) {
    seed = OptionalInt.of((int) ((newSeed ^ (newSeed >>> 31) ^ (newSeed >>> 62)) & 0x7FFF_FFFF));
    return reset(seed);
  }

  @Override
  public Observation reset() {
    return reset(OptionalInt.empty());
  }

  private Observation reset(OptionalInt resetSeed) {
    if (closed) {
      throw new IllegalStateException("this environment is closed; create another one");
    }
    Supplier<Observation> ahead = resetAhead;
    underWay = false;
    stepAhead = null;
    resetAhead = null;
    if (ahead != null && resetSeed.isEmpty() && inPlace()) {
      Observation first = ahead.get();
      underWay = true;
      return first;
    }
    OptionalInt next = resetSeed;
    while (true) {
      if (slot.process() != worker.process()) {
        closeSlot(); // The old process may be alive, and ends with its last environment.
        slot = makeSlot();
        if (next.isEmpty() && seed.isPresent()) {
          seed = OptionalInt.of(new SplittableRandom(seed.getAsInt()).nextInt() >>> 1);
          next = seed;
        }
      }
      try {
        if (next.isPresent()) {
          slot.reset(next.getAsInt());
        } else {
          slot.reset();
        }
        underWay = true;
        return slot.observation();
      } catch (WorkerDied e) {
        worker.died(slot.process(), e);
      }
    }
  }

  @Override
  public Step step(Action action) {
    requireEpisode();
    Supplier<Step> ahead = stepAhead;
    stepAhead = null;
    Step step = ahead != null ? ahead.get() : stepAlone(action);
    underWay = !step.last();
    return step;
  }

  private void requireEpisode() {
    if (!underWay) {
      throw new IllegalStateException("no episode is under way; reset comes first");
    }
  }

  private Step stepAlone(Action action) {
    try {
      Step step = slot.step(action);
      worker.stepped(1);
      return step;
    } catch (WorkerDied e) {
      return lostStep(e);
    }
  }

  private Step lostStep(WorkerDied how) {
    worker.died(slot.process(), how);
    return new Step(slot.observation(), 0, Step.Ending.LOST, Optional.empty());
  }

  /**
   * Writes the action that a batch is going to do.
   *
   * @param place where the batch has its steps; null if in the slot's own memory
   */
  final void prepare(Action action, @Nullable Place place) {
    requireEpisode();
    slot.prepare(action, place);
  }

  /** A batch has done a step with the action prepared: the next {@link #step} hands it out. */
  final void stepped(@Nullable Place place) {
    slot.showStepOf(place);
    stepAhead = handOut;
  }

  /** A batch has tried to, and the worker died. */
  final void stepDied(WorkerDied how) {
    stepAhead = () -> lostStep(how);
  }

  /** A batch has tried to, and the environment raised an exception. */
  final void stepFailed(RuntimeException failure) {
    slot.forgetLast();
    stepAhead =
        () -> {
          throw failure;
        };
  }

  /** Whether the next {@link #reset()} needs no call. */
  final boolean isResetAhead() {
    return resetAhead != null;
  }

  /**
   * A batch has reset this environment: the next {@link #reset()} hands out what it shows.
   *
   * @param changed as the worker answers
   */
  final void wasReset(@Nullable String changed) {
    resetAhead = () -> slot.begin(changed);
  }

  /** A batch has tried to, and the environment raised an exception. */
  final void resetFailed(RuntimeException failure) {
    resetAhead =
        () -> {
          throw failure;
        };
  }

  /** Whether the worker that this environment was made in is still alive, as far as is known. */
  final boolean inPlace() {
    return slot.process() == worker.process();
  }

  /** The worker that serves this environment, in one process after another. */
  final Worker worker() {
    return worker;
  }

  /** The number of this environment's slot, in each of these processes. */
  final int number() {
    return number;
  }

  /** The slot that serves this environment now. */
  final Slot slot() {
    return slot;
  }

  /** Notes that the worker died while this environment was asked for something else than a step. */
  final EnvironmentException lost(WorkerDied how) {
    worker.died(slot.process(), how);
    underWay = false;
    return new EnvironmentException(String.valueOf(how.getMessage()), how);
  }

  /** Lives left in the game, −1 in an environment that has no such thing. */
  int lives() {
    return slot.lives();
  }

  @Override
  public void close() {
    underWay = false;
    closed = true;
    closeSlot();
  }

  private void closeSlot() {
    try {
      slot.close();
    } catch (WorkerDied | EnvironmentException e) {
      // Then there is nothing left to close, or it has failed at that: what was learned stays.
    }
  }

  private Slot makeSlot() {
    while (true) {
      WorkerProcess process = worker.process();
      try {
        return Slot.make(process, number, spec);
      } catch (WorkerDied e) {
        worker.died(process, e);
      }
    }
  }
}
