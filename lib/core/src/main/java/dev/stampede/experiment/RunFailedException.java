package dev.stampede.experiment;

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

  /** The run with all its results so far. */
  public Run run() {
    return run;
  }
}
