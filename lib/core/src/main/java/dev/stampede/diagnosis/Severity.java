package dev.stampede.diagnosis;

/** How much a finding matters; the worst first. */
public enum Severity {
  /** The run does not learn, or has lost what it had learned. */
  SEVERE,
  /** The run may learn, but something works against it. */
  WARNING,
  /** The run is healthy in this, but could be better, or shows less than it seems to. */
  HINT
}
