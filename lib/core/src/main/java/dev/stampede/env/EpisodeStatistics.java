package dev.stampede.env;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Adds up the rewards of each episode and hands the sum out with its last step.
 *
 * <p>It stands inside the wrappers that change rewards or shorten episodes for learning, so that
 * the scores it reports are the environment's own.
 */
public final class EpisodeStatistics extends Wrapper {
  private double score;
  private long steps;

  private EpisodeStatistics(Environment inner) {
    super(inner);
  }

  /**
   * The environment itself if its scores are already counted somewhere inside, otherwise with
   * statistics around it.
   */
  public static Environment around(Environment environment) {
    for (Environment e = environment; ; e = ((Wrapper) e).inner()) {
      if (e instanceof EpisodeStatistics) {
        return environment;
      }
      if (!(e instanceof Wrapper)) {
        return new EpisodeStatistics(environment);
      }
    }
  }

  @Override
  public Observation reset(long seed) {
    forget();
    return super.reset(seed);
  }

  @Override
  public Observation reset() {
    forget();
    return super.reset();
  }

  @Override
  public Step step(Action action) {
    Step step = super.step(action);
    score += step.reward();
    steps++;
    return switch (step.ending()) {
      case NONE -> step;
      case LOST -> {
        forget();
        yield step;
      }
      case TERMINATED, TRUNCATED -> step.withEpisode(new Episode(score, steps));
    };
  }

  @Override
  public void save(DataOutput out) throws IOException {
    super.save(out);
    out.writeDouble(score);
    out.writeLong(steps);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    super.restore(in);
    score = in.readDouble();
    steps = in.readLong();
  }

  private void forget() {
    score = 0;
    steps = 0;
  }
}
