package dev.stampede.record;

import dev.stampede.env.Environment;
import dev.stampede.env.Frame;
import dev.stampede.env.Renderable;
import dev.stampede.env.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Films an episode with what is known of each state in strips below the picture. For one thread.
 *
 * <p>Each state is a frame: first the picture is taken, by {@link #reset} or {@link #step}, then
 * {@link #show} says what belongs to it. The last frame of an episode stays for a second.
 */
public final class WatchVideo implements AutoCloseable {
  private final Path file;
  private final Renderable shown;
  private final Video video;
  private final Strips strips;
  private final Tally tally = new Tally();
  private @Nullable Frame picture;
  private boolean last;

  private WatchVideo(Path file, Renderable shown, Video video, Strips strips) {
    this.file = file;
    this.shown = shown;
    this.video = video;
    this.strips = strips;
  }

  /** What the strips show, from the top. */
  public static final class Layout {
    private final List<Strips.Strip> strips = new ArrayList<>();

    /**
     * @param title in capital letters
     */
    public Layout lines(String title, int lines) {
      return add(title, Strips.Style.LINES, lines);
    }

    /** Numbers that add up to 1. */
    public Layout shares(String title, int numbers) {
      return add(title, Strips.Style.SHARES, numbers);
    }

    /** Each number with how far a band around it reaches: all numbers, then all reaches. */
    public Layout bands(String title, int lines) {
      return add(title, Strips.Style.BANDS, lines);
    }

    private Layout add(String title, Strips.Style style, int lines) {
      strips.add(new Strips.Strip(title, style, lines));
      return this;
    }
  }

  /**
   * Begins a video.
   *
   * @param environment what is played; others reset and step it
   * @param messages takes a line for the user where something lasts
   * @throws IllegalArgumentException if the file's name does not end in .mp4 or .gif, it cannot be
   *     written, or the environment cannot be rendered
   * @throws RecordingException if there is no ffmpeg for an MP4 and none can be had
   */
  public static WatchVideo to(
      Path file, Environment environment, Layout layout, Consumer<String> messages) {
    Renderable shown = RecordVideo.renderable(environment);
    Video video = Video.to(file, shown.framesPerSecond(), messages);
    return new WatchVideo(file, shown, video, new Strips(layout.strips));
  }

  /** The environment was reset. */
  public void reset() {
    tally.reset();
    strips.clear();
    last = false;
    picture = shown.render();
  }

  /** The environment made a step. */
  public void step(Step step) {
    tally.add(step);
    last = step.last();
    picture = step.ending() == Step.Ending.LOST ? null : shown.render();
  }

  /**
   * Writes the frame of the state that was reached.
   *
   * @param numbers for each strip; none where nothing is known
   * @param heat drawn over the picture
   */
  public void show(List<double[]> numbers, Optional<Heat> heat) {
    strips.add(numbers);
    Frame taken = picture;
    if (taken == null) { // Its process died: there is nothing to show.
      return;
    }
    Frame seen = heat.isPresent() ? heat.get().over(taken) : taken;
    int episode = tally.episode() + (tally.step() == 0 ? 1 : 0); // The one that begins.
    Frame frame = strips.below(Scoreboard.below(seen, episode, tally.step(), tally.score()));
    for (int i = last ? Math.max(1, shown.framesPerSecond()) : 1; i > 0; i--) {
      video.add(frame);
    }
  }

  /** Episode, counted from 1. */
  public int episode() {
    return tally.episode();
  }

  /** Of this episode. */
  public long step() {
    return tally.step();
  }

  /** Of this episode so far. */
  public double score() {
    return tally.score();
  }

  /** Of all episodes. */
  public long steps() {
    return tally.steps();
  }

  /**
   * Completes the file.
   *
   * @param environment its name
   */
  public Recording finish(String environment) {
    video.close();
    return new Recording(file, environment, tally.scores(), tally.steps());
  }

  /** Keeps what was filmed so far. */
  @Override
  public void close() {
    video.close();
  }
}
