package dev.stampede.gym;

/** A worker process is no more, so that the call it was asked for has no answer. */
final class WorkerDied extends Exception {
  private static final long serialVersionUID = 1L;

  WorkerDied(String message) {
    super(message);
  }
}
