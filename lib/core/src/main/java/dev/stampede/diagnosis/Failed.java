package dev.stampede.diagnosis;

import java.util.Map;
import java.util.Optional;

/** The run ended by an error; with a loss or a gradient that is no number, above all. */
final class Failed implements Rule {
  @Override
  public String name() {
    return "failed";
  }

  @Override
  public Opinion look(Chart chart) {
    Optional<String> failure = chart.failure();
    if (failure.isEmpty()) {
      return Opinion.fine();
    }
    String message = failure.get();
    boolean diverged =
        message.startsWith("the loss is") || message.startsWith("the gradient's norm is");
    return new Finding(
        name(),
        Severity.SEVERE,
        Text.format("The run failed at step %,d: %s.", chart.steps(), firstSentence(message)),
        Map.of("step", (double) chart.steps()),
        diverged
            ? "Lower the learning rate"
                + chart.now("learning-rate")
                + " by ten, clip gradients at a smaller norm"
                + chart.now("clip-norm")
                + ", and look whether the environment gives NaN or rewards of thousands."
            : "The message says what to do; all results up to that step are kept.");
  }

  private static String firstSentence(String message) {
    return message.split("; |\\n|\\. ", 2)[0];
  }
}
