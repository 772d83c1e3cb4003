package dev.stampede.experiment;

/** How sure it is that a value is the paper's. */
public enum Certainty {
  /** Read at the source: an author's statement or official code. */
  VERIFIED,
  /** From a careful secondary source. */
  SECONDARY,
  /** The paper's as it is remembered; it was not looked up. */
  RECALLED,
  /** Not in the paper: what reproductions use. */
  PRACTICE,
  /** Chosen here, or by whoever set it. */
  CHOSEN
}
