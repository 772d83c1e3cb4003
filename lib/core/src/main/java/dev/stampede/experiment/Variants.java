package dev.stampede.experiment;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Names for algorithms that are compared. */
final class Variants {
  private Variants() {}

  /**
   * By name, in their order; where several have the same name, followed by the settings that
   * differ.
   *
   * @throws IllegalArgumentException if two cannot be told apart
   */
  static Map<String, Preset> named(List<Preset> algorithms) {
    if (algorithms.size() < 2) {
      throw new IllegalArgumentException(
          "compare: expected at least 2 algorithms but got " + algorithms.size());
    }
    Map<String, Preset> named = new LinkedHashMap<>();
    Set<String> inAnyCase = new HashSet<>(); // Folders of some systems do not tell them apart.
    for (Preset each : algorithms) {
      List<Preset> same =
          algorithms.stream().filter(other -> other.name().equals(each.name())).toList();
      String name = each.name() + differences(each, same);
      named.put(name, each.named(name));
      if (!inAnyCase.add(name.toLowerCase(Locale.ROOT))) {
        throw new IllegalArgumentException(
            "compare: two algorithms are called \""
                + name
                + "\" and nothing that has a name tells them apart; call one of them otherwise,"
                + " such as "
                + each.algorithm()
                + ".named(\"mine\")");
      }
    }
    return named;
  }

  private static String differences(Preset preset, List<Preset> same) {
    List<String> differences = new ArrayList<>();
    for (Knob knob : Knob.values()) {
      if (same.stream().map(each -> value(each, knob)).distinct().count() > 1) {
        differences.add(knob.label() + " " + value(preset, knob));
      }
    }
    return differences.isEmpty()
        ? ""
        : differences.stream().collect(Collectors.joining(", ", " (", ")"));
  }

  private static String value(Preset preset, Knob knob) {
    Preset.Setting setting = preset.settings().get(knob);
    return setting == null ? "none" : setting.value();
  }
}
