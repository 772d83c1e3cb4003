package dev.stampede.result;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The scores of recorded runs, by algorithm.
 *
 * @param env the environment of all of them
 * @param steps the budget of each, in agent steps
 * @param measured what a run's score is
 * @param notes what a reader of the numbers should know
 * @param byAlgorithm by the algorithm's name, followed by the settings that differ where there are
 *     several variants of it
 */
public record RunScores(
    String env, long steps, String measured, List<String> notes, Map<String, Scores> byAlgorithm) {
  private static final int DEPTH = 6;

  public RunScores {
    notes = List.copyOf(notes);
    byAlgorithm = Collections.unmodifiableMap(new LinkedHashMap<>(byAlgorithm));
  }

  /**
   * Reads runs that can be compared.
   *
   * @param directories folders of runs, or folders that hold such folders
   * @throws IllegalArgumentException if there is no run; if a run has not ended as asked; if
   *     environment, protocol or budget differ, or how they were evaluated
   */
  public static RunScores read(Collection<Path> directories, Metric metric) {
    List<RecordedRun> runs = find(directories).stream().map(RecordedRun::read).toList();
    for (RecordedRun run : runs) {
      if (!run.state().equals("finished")) {
        throw new IllegalArgumentException(
            run.directory()
                + ": expected a run that finished but its state is "
                + run.state()
                + "; run it again, or leave it out and say so");
      }
    }
    requireSame(runs, RecordedRun::task);
    boolean evaluated = runs.stream().noneMatch(run -> run.evaluations().isEmpty());
    if (evaluated) {
      requireSame(runs, run -> howEvaluated(run, metric));
    }
    Map<String, List<RecordedRun>> groups = group(runs);
    Map<String, Scores> scores = new LinkedHashMap<>();
    groups.forEach(
        (name, members) ->
            scores.put(
                name,
                Scores.ofOneTask(
                    members.stream().mapToDouble(run -> score(run, metric, evaluated)).toArray())));
    Map<String, String> task = runs.get(0).task();
    return new RunScores(
        task.getOrDefault("env", ""),
        Long.parseLong(task.getOrDefault("steps", "0")),
        metric.words(evaluated) + (evaluated ? evaluationSteps(runs, metric) : ""),
        notes(runs, groups, evaluated),
        scores);
  }

  private static double score(RecordedRun run, Metric metric, boolean evaluated) {
    try {
      return evaluated
          ? metric.ofEvaluations(run.evaluations())
          : metric.ofEpisodes(run.episodes());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(run.directory() + ": " + e.getMessage(), e);
    }
  }

  /** The folders with a run.json in them, each once. */
  private static Set<Path> find(Collection<Path> directories) {
    Set<Path> found = new LinkedHashSet<>();
    for (Path directory : directories) {
      try (Stream<Path> files = Files.walk(directory.toRealPath(), DEPTH)) {
        List<Path> here =
            files
                .filter(file -> file.endsWith("run.json"))
                .map(file -> file.resolveSibling("").normalize())
                .sorted()
                .toList();
        if (here.isEmpty()) {
          throw new IllegalArgumentException(
              "expected the folder of a run, with run.json in it, or a folder of such folders, but "
                  + directory.toAbsolutePath()
                  + " holds none");
        }
        found.addAll(here);
      } catch (IOException | UncheckedIOException e) {
        throw new IllegalArgumentException(
            "cannot read the folder " + directory.toAbsolutePath() + " (" + e + ")", e);
      }
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException("expected at least 1 folder of runs but got none");
    }
    return found;
  }

  private static void requireSame(
      List<RecordedRun> runs, Function<RecordedRun, Map<String, String>> what) {
    for (String key : differing(runs.stream().map(what).toList())) {
      Map<String, List<RecordedRun>> byValue =
          runs.stream()
              .collect(
                  Collectors.groupingBy(
                      run -> what.apply(run).getOrDefault(key, "none"),
                      LinkedHashMap::new,
                      Collectors.toList()));
      throw new IllegalArgumentException(
          "expected runs with the same "
              + key
              + " but got "
              + byValue.entrySet().stream()
                  .map(e -> e.getKey() + " (" + e.getValue().get(0).directory() + ")")
                  .collect(Collectors.joining(", "))
              + "; compare only runs that had the same task");
    }
  }

  private static Set<String> differing(List<Map<String, String>> maps) {
    Set<String> keys = new TreeSet<>();
    maps.forEach(map -> keys.addAll(map.keySet()));
    keys.removeIf(
        key -> maps.stream().map(m -> m.getOrDefault(key, "none")).distinct().count() == 1);
    return keys;
  }

  private static Map<String, String> howEvaluated(RecordedRun run, Metric metric) {
    EvaluationRecord last = run.evaluations().get(run.evaluations().size() - 1);
    Map<String, String> how = new TreeMap<>();
    how.put("evaluation policy", last.greedy() ? "greedy" : "sampled");
    how.put("number of evaluation episodes", Integer.toString(last.returns().size()));
    if (metric != Metric.LAST) { // Who looks more often finds a better best.
      how.put("evaluate-every", run.evaluateEvery());
    }
    return how;
  }

  private static String evaluationSteps(List<RecordedRun> runs, Metric metric) {
    List<EvaluationRecord> ends =
        runs.stream().map(run -> run.evaluations().get(run.evaluations().size() - 1)).toList();
    return String.format(
        Locale.ROOT,
        ", %d episodes, %s actions, %s %,d to %,d",
        ends.get(0).returns().size(),
        ends.get(0).greedy() ? "greedy" : "sampled",
        metric == Metric.LAST ? "at steps" : "the last one at steps",
        ends.stream().mapToLong(EvaluationRecord::step).min().orElseThrow(),
        ends.stream().mapToLong(EvaluationRecord::step).max().orElseThrow());
  }

  /** By algorithm and settings; the name tells the settings that differ. */
  private static Map<String, List<RecordedRun>> group(List<RecordedRun> runs) {
    Map<String, List<RecordedRun>> byName =
        runs.stream()
            .collect(
                Collectors.groupingBy(
                    RecordedRun::algorithm, LinkedHashMap::new, Collectors.toList()));
    Map<String, List<RecordedRun>> groups = new LinkedHashMap<>();
    byName.forEach(
        (name, members) -> {
          Set<String> differing = differing(members.stream().map(RecordedRun::settings).toList());
          for (RecordedRun run : members) {
            String settings =
                differing.stream()
                    .map(key -> key + " " + run.settings().getOrDefault(key, "none"))
                    .collect(Collectors.joining(", "));
            groups
                .computeIfAbsent(
                    settings.isEmpty() ? name : name + " (" + settings + ")",
                    key -> new ArrayList<>())
                .add(run);
          }
        });
    return groups;
  }

  private static List<String> notes(
      List<RecordedRun> runs, Map<String, List<RecordedRun>> groups, boolean evaluated) {
    List<String> notes = new ArrayList<>();
    long withEvaluations = runs.stream().filter(run -> !run.evaluations().isEmpty()).count();
    if (!evaluated && withEvaluations > 0) {
      notes.add(
          withEvaluations
              + " of "
              + runs.size()
              + " runs have evaluations; since the others have none, training episodes count");
    }
    long solved = runs.stream().filter(RecordedRun::solved).count();
    if (solved > 0) {
      notes.add(
          solved
              + " of "
              + runs.size()
              + " runs ended early, when they reached a mean return: their scores are from"
              + " different steps");
    }
    Set<String> builds = runs.stream().map(RecordedRun::build).collect(Collectors.toSet());
    if (builds.size() > 1) {
      notes.add(
          "the runs were made by different builds of Stampede: "
              + String.join(", ", new TreeSet<>(builds)));
    }
    groups.forEach((name, members) -> noteRepeatedSeeds(name, members, notes));
    return notes;
  }

  private static void noteRepeatedSeeds(String name, List<RecordedRun> runs, List<String> notes) {
    Set<Long> seen = new TreeSet<>();
    for (RecordedRun run : runs) {
      if (!seen.add(run.seed())) {
        if (run.deterministic()) {
          throw new IllegalArgumentException(
              run.directory()
                  + ": a deterministic run of "
                  + name
                  + " with seed "
                  + run.seed()
                  + " is there twice; each seed counts once");
        }
        notes.add(name + " has seed " + run.seed() + " more than once");
      }
    }
  }
}
