package dev.stampede.paper;

import dev.stampede.env.Nearest;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * An experiment of Mnih et al. (2016), arXiv:1602.01783, end to end: its runs, its tables and its
 * figure.
 *
 * <pre>{@code
 * PaperReport report =
 *     PaperExperiment.FIGURE3.start(Scale.SMALL, Path.of("out"), line -> {}).await();
 * }</pre>
 */
public enum PaperExperiment {
  /** Learning curves of the four methods on five tasks. */
  FIGURE1(new Figure1()),
  /** Speed-up by the number of threads. */
  TABLE2(new Table2()),
  /** Score against frames, by the number of threads. */
  FIGURE3(new Figure3()),
  /** Score against the learning rate. */
  FIGURE2(new Figure2()),
  /** Three optimizers over learning rates. */
  OPTIMIZERS(new Optimizers()),
  /** Scores of A3C on 57 games beside the published ones. */
  TABLE1(new Table1());

  private final Protocol protocol;

  PaperExperiment(Protocol protocol) {
    this.protocol = protocol;
  }

  /**
   * The experiment of this name, in any case.
   *
   * @throws IllegalArgumentException with the nearest names if there is none
   */
  public static PaperExperiment named(String name) {
    return Arrays.stream(values())
        .filter(each -> each.name().equalsIgnoreCase(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "there is no experiment \""
                        + name
                        + "\"; did you mean "
                        + Nearest.to(
                            name, Arrays.stream(values()).map(PaperExperiment::toString).toList())
                        + "?"));
  }

  /** What it shows, in a few words. */
  public String title() {
    return protocol.title();
  }

  /** The names of the environments that it runs in. */
  public List<String> environments(Scale scale) {
    return protocol.plan(scale).stream().map(PlannedRun::env).distinct().toList();
  }

  Protocol protocol() {
    return protocol;
  }

  /** The runs, each with a budget of one nth. */
  List<PlannedRun> plan(Scale scale, int shorten) {
    return protocol.plan(scale).stream()
        .map(run -> shorten == 1 ? run : run.shortened(shorten))
        .toList();
  }

  /** Starts it with its whole budgets; see {@link #start(Scale, int, Path, Consumer)}. */
  public PaperRun start(Scale scale, Path out, Consumer<String> messages) {
    return start(scale, 1, out, messages);
  }

  /**
   * Starts the runs that are not complete yet, on threads of their own, and returns at once.
   *
   * @param shorten divides the budgets of all runs; 1 for whole ones
   * @param out takes the report, and in {@code runs} the folder of each run; what an earlier call
   *     left there is used, and gone on with
   * @param messages takes a line for the user; called from other threads
   * @throws IllegalArgumentException if {@code shorten} is less than 1, or {@code out} cannot be
   *     written
   */
  public PaperRun start(Scale scale, int shorten, Path out, Consumer<String> messages) {
    if (shorten < 1) {
      throw new IllegalArgumentException("shorten: expected at least 1 but got " + shorten);
    }
    return PaperRun.start(this, scale, shorten, out, messages);
  }

  /** As on the command line: {@code figure3}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
