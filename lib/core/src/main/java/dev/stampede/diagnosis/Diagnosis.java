package dev.stampede.diagnosis;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the rules saw in a run.
 *
 * @param run which one
 * @param findings the worst first
 * @param silent names of the rules that saw nothing
 * @param unjudged names of the rules that could not tell, each with the reason
 * @param lookedAt how much there was to look at, in words
 */
public record Diagnosis(
    String run,
    List<Finding> findings,
    List<String> silent,
    Map<String, String> unjudged,
    String lookedAt) {
  private static final List<Rule> RULES =
      List.of(
          new Failed(),
          new NoReward(),
          new EntropyCollapsed(),
          new StaysUniform(),
          new FellBack(),
          new ValuesDiverge(),
          new ExplodingGradients(),
          new VanishingGradients(),
          new DeadUnits(),
          new SaturatedUnits(),
          new ValueExplainsNothing(),
          new LearningRateSpent(),
          new NoProgress(),
          new StaleUpdates(),
          new LearnerStarved(),
          new ActorsStarved(),
          new LearnerOutrun(),
          new UnevenThreads(),
          new StillRising(),
          new RewardsUnseen());

  public Diagnosis {
    findings = List.copyOf(findings);
    silent = List.copyOf(silent);
    unjudged = Collections.unmodifiableMap(new LinkedHashMap<>(unjudged));
  }

  /** Asks every rule. */
  public static Diagnosis of(Chart chart) {
    List<Finding> findings = new ArrayList<>();
    List<String> silent = new ArrayList<>();
    Map<String, String> unjudged = new LinkedHashMap<>();
    for (Rule rule : RULES) {
      Opinion opinion = rule.look(chart);
      if (opinion instanceof Finding finding) {
        findings.add(finding);
      } else if (opinion instanceof Opinion.Unjudged not) {
        unjudged.put(rule.name(), not.reason());
      } else {
        silent.add(rule.name());
      }
    }
    findings.sort(Comparator.comparing(Finding::severity));
    return new Diagnosis(chart.title(), findings, silent, unjudged, lookedAt(chart));
  }

  private static String lookedAt(Chart chart) {
    return Text.format(
        "%,d of %,d steps, %,d updates, %,d episodes, %s",
        chart.steps(),
        chart.budget(),
        chart.updates(),
        chart.episodes().size(),
        chart.play().map(p -> Text.format("%,d steps played", p.steps())).orElse("nothing played"));
  }

  /** Whether nothing was found. */
  public boolean isHealthy() {
    return findings.isEmpty();
  }

  /** In a sentence: how it is. */
  public String summary() {
    if (!isHealthy()) {
      return run + ": " + findings.size() + (findings.size() == 1 ? " finding" : " findings");
    }
    return silent.isEmpty()
        ? run + ": nothing could be judged"
        : run + ": healthy, as far as " + silent.size() + " rules can see";
  }

  @Override
  public String toString() {
    List<String> lines = new ArrayList<>();
    lines.add(summary());
    for (Finding each : findings) {
      lines.add(each.toString());
    }
    lines.add("looked at: " + lookedAt);
    if (!silent.isEmpty()) {
      lines.add("nothing seen by: " + String.join(", ", silent));
    }
    if (!unjudged.isEmpty()) {
      lines.add("not judged: " + notJudged());
    }
    return String.join("\n", lines);
  }

  /** The rules that could not tell, each reason once. */
  public String notJudged() {
    return unjudged.entrySet().stream()
        .collect(
            Collectors.groupingBy(
                Map.Entry::getValue,
                LinkedHashMap::new,
                Collectors.mapping(Map.Entry::getKey, Collectors.joining(", "))))
        .entrySet()
        .stream()
        .map(reason -> reason.getValue() + " (" + reason.getKey() + ")")
        .collect(Collectors.joining("; "));
  }
}
