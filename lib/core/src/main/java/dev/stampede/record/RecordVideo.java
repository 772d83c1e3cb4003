package dev.stampede.record;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Frame;
import dev.stampede.env.Observation;
import dev.stampede.env.Renderable;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Films all that is played in an environment: a frame for each reset and each step, with episode,
 * step and score below it.
 *
 * <p>The score is the sum of the rewards that this wrapper sees. The last frame of an episode stays
 * for a second. Pictures lower than 320 pixels are scaled up by a whole factor. A reset that no
 * step follows leaves no frame. For one thread.
 */
public final class RecordVideo extends Wrapper {
  private final Renderable shown;
  private final Video video;
  private final Tally tally = new Tally();
  private @Nullable Frame start;

  /**
   * @param video takes the frames; who made it closes it, after the last step
   * @throws IllegalArgumentException if the environment cannot be rendered
   */
  public RecordVideo(Environment inner, Video video) {
    super(inner);
    this.shown = renderable(inner);
    this.video = video;
  }

  /**
   * What shows this environment.
   *
   * @throws IllegalArgumentException if nothing does
   */
  static Renderable renderable(Environment environment) {
    return Renderable.of(environment)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    innermost(environment).getClass().getSimpleName()
                        + " cannot be rendered, so there is nothing to film; let it implement"
                        + " dev.stampede.env.Renderable, or record a trajectory (.jsonl)"));
  }

  private static Environment innermost(Environment environment) {
    Environment e = environment;
    while (e instanceof Wrapper wrapper) {
      e = wrapper.inner();
    }
    return e;
  }

  @Override
  public Observation reset(long seed) {
    Observation first = super.reset(seed);
    begin();
    return first;
  }

  @Override
  public Observation reset() {
    Observation first = super.reset();
    begin();
    return first;
  }

  private void begin() {
    tally.reset();
    start = shown.render();
  }

  @Override
  public Step step(Action action) {
    Step step = super.step(action);
    tally.add(step);
    Frame first = start;
    if (first != null) {
      video.add(Scoreboard.below(first, tally.episode(), 0, 0));
      start = null;
    }
    if (step.ending() != Step.Ending.LOST) { // Then there is nothing to show.
      Frame frame = Scoreboard.below(shown.render(), tally.episode(), tally.step(), tally.score());
      int times = step.last() ? Math.max(1, shown.framesPerSecond()) : 1;
      for (int i = 0; i < times; i++) {
        video.add(frame);
      }
    }
    return step;
  }

  /** Steps of all episodes so far. */
  public long steps() {
    return tally.steps();
  }

  /** The score of each episode that ended. */
  public List<Double> scores() {
    return List.copyOf(tally.scores());
  }
}
