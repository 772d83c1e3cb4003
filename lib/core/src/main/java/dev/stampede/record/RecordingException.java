package dev.stampede.record;

/** Something cannot be recorded or replayed here; the message says why and what to do. */
public class RecordingException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RecordingException(String message) {
    super(message);
  }

  public RecordingException(String message, Throwable cause) {
    super(message, cause);
  }
}
