package dev.stampede.diagnosis;

/** What a rule says of a run. */
sealed interface Opinion permits Opinion.Fine, Opinion.Unjudged, Finding {

  /** Nothing is wrong, as far as the rule can see. */
  record Fine() implements Opinion {}

  /**
   * The record does not tell.
   *
   * @param reason what is missing
   */
  record Unjudged(String reason) implements Opinion {}

  static Opinion fine() {
    return new Fine();
  }

  static Opinion unjudged(String reason) {
    return new Unjudged(reason);
  }
}
