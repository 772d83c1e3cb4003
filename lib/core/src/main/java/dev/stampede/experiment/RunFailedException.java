package dev.stampede.experiment;

import java.util.Objects;

/**
 * A run that ended because something failed; what it had computed until then is in {@link #run}.
 */
public final class RunFailedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Run run;

  RunFailedException(Run run, Throwable cause) {
    super(
        "the run stopped at step "
            + run.steps()
            + ": "
            + (cause.getMessage() == null ? cause.toString() : cause.getMessage()),
        cause);
    this.run = run;
  }

  private RunFailedException(Run run, String message) {
    super(message);
    this.run = run;
  }

  /**
   * The same without its cause, for a reader: its message tells what the cause's does, and {@link
   * Run#failure} has the cause.
   */
  public RunFailedException withoutCause() {
    return new RunFailedException(run, Objects.requireNonNull(getMessage()));
  }

  /** The run with all its results so far. */
  public Run run() {
    return run;
  }
}
