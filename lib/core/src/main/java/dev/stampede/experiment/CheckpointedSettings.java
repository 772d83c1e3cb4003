package dev.stampede.experiment;

import dev.stampede.env.Environments;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** An experiment as names and values, as its checkpoints hold it. */
final class CheckpointedSettings {
  private static final String STEPS = "steps";
  private static final String CHECKPOINT_EVERY = "checkpointEvery";
  private static final String SAVE_REPLAY = "saveReplay";
  private static final String KEEP_EVERY = "keepParametersEvery";
  private static final String OWN_NETWORK = "network of the user's own";
  private static final String OWN_EXPLORATION = "exploration of the user's own";
  private static final String OWN_LOSS = "loss of the user's own";
  private static final String OWN_ALGORITHM = "algorithm of the user's own";
  private static final String HEADS = "heads";
  private static final String KNOB = "knob ";
  private static final String SOURCE = "source ";
  private static final String ADAPTED = "adapted ";
  private static final String NONE = "none";

  /** Parts that files cannot hold. */
  private static final Map<String, String> GIVE_AGAIN =
      Map.of(
          OWN_NETWORK, "….networkOf(…), in a notebook ….network { … }",
          OWN_EXPLORATION, "….exploration(…)",
          OWN_LOSS, "….lossOf(…), in a notebook ….loss { … }",
          OWN_ALGORITHM, "the same one");

  private CheckpointedSettings() {}

  /**
   * @param steps the budget, also where the experiment leaves it to the environment
   */
  static Map<String, String> of(Experiment experiment, long steps) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("env", experiment.env());
    settings.put("algorithm", experiment.algorithm().algorithm());
    settings.put("name", experiment.algorithm().name());
    settings.put(OWN_NETWORK, experiment.algorithm().hasOwnNetwork() ? "yes" : "no");
    settings.put(
        OWN_EXPLORATION, experiment.algorithm().ownExploration().isPresent() ? "yes" : "no");
    settings.put(OWN_LOSS, experiment.algorithm().ownLoss().isPresent() ? "yes" : "no");
    settings.put(OWN_ALGORITHM, experiment.algorithm().isOwnAlgorithm() ? "yes" : "no");
    settings.put(HEADS, experiment.algorithm().heads().toString());
    experiment
        .algorithm()
        .settings()
        .forEach(
            (knob, setting) -> {
              settings.put(KNOB + knob.label(), setting.value());
              if (!experiment.algorithm().isThePapers(knob)) {
                settings.put(SOURCE + knob.label(), setting.source());
              }
            });
    settings.put("threads", Integer.toString(experiment.threads()));
    settings.put("seed", Long.toString(experiment.seed()));
    settings.put(STEPS, Long.toString(steps));
    settings.put(
        "until",
        experiment.until().isPresent() ? Double.toString(experiment.until().getAsDouble()) : NONE);
    settings.put(
        "evaluateEvery",
        experiment.evaluateEvery().isPresent()
            ? Long.toString(experiment.evaluateEvery().getAsLong())
            : NONE);
    settings.put("evaluationEpisodes", Integer.toString(experiment.evaluationEpisodes()));
    settings.put(
        "greedyEvaluation", experiment.greedyEvaluation().map(Object::toString).orElse(NONE));
    settings.put("deterministic", Boolean.toString(experiment.deterministic()));
    settings.put(CHECKPOINT_EVERY, experiment.checkpointEvery().toString());
    if (experiment.saveReplay()) {
      settings.put(SAVE_REPLAY, "yes");
    }
    experiment.keepParametersEvery().ifPresent(n -> settings.put(KEEP_EVERY, Long.toString(n)));
    return settings;
  }

  /**
   * What the environment made of them, which another version might adapt otherwise.
   *
   * @param adapted the preset as the run began
   */
  static Map<String, String> and(Map<String, String> settings, Preset adapted) {
    Map<String, String> all = new TreeMap<>(settings);
    adapted.settings().forEach((knob, setting) -> all.put(ADAPTED + knob.label(), setting.value()));
    return all;
  }

  /** The preset with the values that the run began with. */
  static Preset asBegun(Map<String, String> settings, Preset adapted) {
    Preset preset = adapted;
    for (Knob knob : adapted.settings().keySet()) {
      String value = settings.get(ADAPTED + knob.label());
      boolean follows = knob == Knob.ANNEAL_STEPS; // The budget, which may be larger now.
      if (value != null && !follows && !value.equals(preset.value(knob))) {
        preset = preset.with(knob, value, "as the run began");
      }
    }
    return preset;
  }

  /** Gives a builder all of them that have a name: not an environment or a network of one's own. */
  static void give(Map<String, String> settings, Experiment.Builder builder) {
    if (!isYes(settings, OWN_ALGORITHM)) {
      builder.algorithm(preset(settings));
    }
    builder
        .threads(Integer.parseInt(of(settings, "threads")))
        .seed(Long.parseLong(of(settings, "seed")))
        .steps(steps(settings))
        .evaluationEpisodes(Integer.parseInt(of(settings, "evaluationEpisodes")))
        .deterministic(Boolean.parseBoolean(of(settings, "deterministic")))
        .checkpointEvery(Duration.parse(of(settings, CHECKPOINT_EVERY)))
        .saveReplay(settings.containsKey(SAVE_REPLAY));
    String env = of(settings, "env");
    if (!env.equals(Experiment.OWN_ENVIRONMENT)) {
      Environments.check(env);
      builder.env(env);
    }
    if (settings.containsKey(KEEP_EVERY)) {
      builder.keepParametersEvery(Long.parseLong(of(settings, KEEP_EVERY)));
    }
    if (!of(settings, "until").equals(NONE)) {
      builder.until(Double.parseDouble(of(settings, "until")));
    }
    if (!of(settings, "evaluateEvery").equals(NONE)) {
      builder.evaluateEvery(Long.parseLong(of(settings, "evaluateEvery")));
    }
    if (!of(settings, "greedyEvaluation").equals(NONE)) {
      builder.greedyEvaluation(Boolean.parseBoolean(of(settings, "greedyEvaluation")));
    }
  }

  private static Preset preset(Map<String, String> settings) {
    Preset preset = Algorithms.named(of(settings, "algorithm")).named(of(settings, "name"));
    for (Knob knob : preset.settings().keySet()) {
      String source = settings.get(SOURCE + knob.label());
      if (source != null) {
        preset = preset.with(knob, of(settings, KNOB + knob.label()), source);
      }
    }
    return preset;
  }

  /** Of a part that older checkpoints do not know. */
  private static boolean isYes(Map<String, String> settings, String part) {
    return settings.getOrDefault(part, "no").equals("yes");
  }

  /** T_max of the run that is resumed. */
  static long steps(Map<String, String> settings) {
    return Long.parseLong(of(settings, STEPS));
  }

  /**
   * Makes sure that a run goes on as the experiment that it was.
   *
   * @throws IllegalArgumentException if anything differs but a larger budget, the time between
   *     checkpoints, or where a value is from
   */
  static void check(Map<String, String> was, Experiment now) {
    long steps = now.steps().orElse(steps(was));
    if (steps < steps(was)) {
      throw new IllegalArgumentException(
          "steps: the run that is resumed has a budget of "
              + steps(was)
              + " but "
              + steps
              + " were asked for; give at least as many");
    }
    Map<String, String> is = of(now, steps);
    for (Map.Entry<String, String> each : ownPartsFirst(was)) {
      String name = each.getKey();
      boolean free =
          name.equals(STEPS)
              || name.equals(CHECKPOINT_EVERY)
              || name.equals(KEEP_EVERY)
              || name.equals(SAVE_REPLAY)
              || name.equals("name")
              || name.startsWith(SOURCE)
              || name.startsWith(ADAPTED);
      String asked = is.getOrDefault(name, NONE);
      if (!free && !asked.equals(each.getValue())) {
        throw new IllegalArgumentException(
            (name.startsWith(KNOB) ? name.substring(KNOB.length()) : name)
                + ": the run that is resumed has "
                + each.getValue()
                + " but "
                + asked
                + " was asked for; "
                + remedy(each));
      }
    }
  }

  /** Another algorithm has other knobs, which is not what the user has to be told. */
  private static List<Map.Entry<String, String>> ownPartsFirst(Map<String, String> was) {
    return was.entrySet().stream()
        .sorted(Comparator.comparing(each -> !GIVE_AGAIN.containsKey(each.getKey())))
        .toList();
  }

  private static String remedy(Map.Entry<String, String> was) {
    if (was.getValue().equals(Experiment.OWN_ENVIRONMENT)) {
      return "files cannot hold it: give it again with env(…)";
    }
    String giveAgain = GIVE_AGAIN.get(was.getKey());
    if (giveAgain != null && was.getValue().equals("yes")) {
      return "files cannot hold it: give it again with algorithm(" + giveAgain + ")";
    }
    return "leave it out, or start a new run";
  }

  private static String of(Map<String, String> settings, String name) {
    String value = settings.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "the checkpoint does not say \"" + name + "\"; go on with the version that wrote it");
    }
    return value;
  }
}
