package dev.stampede.diagnosis;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Something that a rule saw in a run.
 *
 * @param rule its name, as {@code lib/docs/diagnosing.md} lists it
 * @param severity how much it matters
 * @param sentence what was seen, with its numbers
 * @param numbers the same numbers by name
 * @param advice what to try
 */
public record Finding(
    String rule, Severity severity, String sentence, Map<String, Double> numbers, String advice)
    implements Opinion {
  public Finding {
    numbers = Collections.unmodifiableMap(new LinkedHashMap<>(numbers));
  }

  @Override
  public String toString() {
    return severity.name().toLowerCase(Locale.ROOT)
        + ": "
        + sentence
        + "\n  → "
        + advice
        + " ["
        + rule
        + "]";
  }
}
