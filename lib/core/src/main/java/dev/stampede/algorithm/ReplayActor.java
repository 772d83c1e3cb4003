package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.replay.LocalBuffer;
import dev.stampede.replay.Transitions;
import java.util.random.RandomGenerator;

/** One actor of a {@link ReplayAlgorithm}, in its environment. Belongs to one thread. */
public interface ReplayActor {

  /** Number i of this actor, from 0. */
  int id();

  /** N: how many actors there are. */
  int actors();

  /** Whether T ≤ T_max and nobody asked the run to stop. */
  boolean running();

  /** Takes over the learner's newest parameters, if they are newer than this actor's. */
  void pull();

  /**
   * The state acted in next: after the end of an episode a start state. A checkpoint is taken here,
   * and the run is paused here.
   */
  void begin();

  /**
   * The outputs for the current state under this actor's parameters. The array is used again by the
   * next call.
   */
  float[] act();

  /**
   * Q(s_t, a; φ) of the current state and an action between −1 and 1, under this actor's
   * parameters.
   *
   * @throws IllegalStateException if the method has no critic
   */
  default double Q(float[] a) {
    throw new IllegalStateException("expected a method with a critic, such as ApexDPG");
  }

  /**
   * Does {@code a} in the environment, makes the state reached the current one, and counts T ← T +
   * 1. Numbers beyond the bounds of the action space are cut off at them.
   */
  Step step(Action a);

  /** This actor's transitions until they are added; {@link #begin} starts its episodes. */
  LocalBuffer buffer();

  /**
   * Adds transitions to the memory; waits where the learner has to catch up.
   *
   * @param priorities of each
   */
  void add(Transitions transitions, double[] priorities);

  /** T: steps of all actors so far. */
  long T();

  /** t: steps of this actor so far. */
  long t();

  /** This actor's own source of randomness. */
  RandomGenerator random();

  /** What the environment takes. */
  Space actionSpace();
}
