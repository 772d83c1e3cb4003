package dev.stampede.runtime;

import dev.stampede.result.Change;
import dev.stampede.result.CurvePoint;
import dev.stampede.result.LearningRecord;
import java.util.List;
import java.util.Optional;

/**
 * How far a run has come, as one consistent moment for a live view.
 *
 * @param running false once all threads have ended
 * @param paused whether its threads wait, or will after the rollout they are in
 * @param steps agent steps so far, of all threads
 * @param budget agent steps at which the run ends
 * @param frames emulator frames so far
 * @param seconds since the actor-learners started
 * @param stepsPerSecond over the last seconds
 * @param episodes finished episodes
 * @param meanReturn mean return of the last episodes, at most 100; NaN before the first
 * @param bestMeanReturn best mean over 100 episodes; NaN before the hundredth
 * @param curve the learning curve so far
 * @param learning what the updates looked like
 * @param changes what the user changed while it ran
 * @param memory of methods that learn from one, once there is one
 */
public record Progress(
    boolean running,
    boolean paused,
    long steps,
    long budget,
    long frames,
    double seconds,
    double stepsPerSecond,
    int episodes,
    double meanReturn,
    double bestMeanReturn,
    List<CurvePoint> curve,
    List<LearningRecord> learning,
    List<Change> changes,
    Optional<MemoryProgress> memory) {

  /** Seconds until the step budget is used up at the present speed; NaN where that is unknown. */
  public double secondsLeft() {
    return stepsPerSecond > 0 ? (budget - steps) / stepsPerSecond : Double.NaN;
  }
}
