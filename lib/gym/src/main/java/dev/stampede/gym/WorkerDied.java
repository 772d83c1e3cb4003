package dev.stampede.gym;

/** A worker process is no more, so that the call it was asked for has no answer. */
final class WorkerDied extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean fromOutside;

  /**
   * @param message how it ended, in words
   * @param fromOutside whether somebody else ended it: a person, or the system when it is short of
   *     memory
   */
  WorkerDied(String message, boolean fromOutside) {
    super(message);
    this.fromOutside = fromOutside;
  }

  boolean fromOutside() {
    return fromOutside;
  }
}
