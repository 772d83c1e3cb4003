package dev.stampede.cli;

import dev.stampede.experiment.Algorithms;
import dev.stampede.experiment.Knob;
import dev.stampede.experiment.Preset;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** The options that say which algorithm runs with which knobs. */
final class ExperimentOptions {
  @Option(
      names = "--algorithm",
      defaultValue = "A3C",
      description = "Algorithm by name (default: ${DEFAULT-VALUE}).")
  private String algorithm = "A3C";

  @Option(
      names = "--set",
      paramLabel = "<knob>=<value>",
      description =
          "Turns a knob of the algorithm, for instance --set entropy=0.02 --set hidden=64-64; may"
              + " be repeated. Knobs: ${COMPLETION-CANDIDATES}.",
      completionCandidates = KnobNames.class)
  private Map<String, String> knobs = new LinkedHashMap<>();

  /** The knobs for the help text. */
  static final class KnobNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
      return Arrays.stream(Knob.values()).map(Knob::label).iterator();
    }
  }

  /** Whether the user turned this knob. */
  boolean sets(Knob knob) {
    return knobs.containsKey(knob.label());
  }

  Preset preset() {
    Preset preset = Algorithms.named(algorithm);
    for (Map.Entry<String, String> knob : knobs.entrySet()) {
      preset = preset.set(knob.getKey(), knob.getValue());
    }
    return preset;
  }
}
