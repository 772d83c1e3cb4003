package dev.stampede.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.stampede.result.Comparison;
import dev.stampede.result.Interval;
import dev.stampede.result.Metric;
import dev.stampede.result.RunScores;
import dev.stampede.result.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Tells which of several algorithms is better, as far as their recorded runs say. */
@Command(
    name = "compare",
    description =
        "Compares algorithms by runs that were recorded with --out: interquartile mean and 95 %%"
            + " interval of each, and for each pair whether one is better, or how many seeds more"
            + " it takes to know.",
    mixinStandardHelpOptions = true,
    sortOptions = false)
final class CompareCommand implements Callable<Integer> {
  @Parameters(
      arity = "1..*",
      paramLabel = "DIR",
      description = "Folder of a run, or a folder that holds folders of runs.")
  private List<Path> directories = new ArrayList<>();

  @Option(
      names = "--metric",
      defaultValue = "last",
      paramLabel = "last|best|auc",
      description =
          "The score of a run: its last or best evaluation, or the area under its curve; of"
              + " training episodes where a run has no evaluations. Default: ${DEFAULT-VALUE}.")
  private String metric = "last";

  @Option(names = "--json", paramLabel = "FILE", description = "Writes all numbers there as well.")
  private @Nullable Path json;

  @Override
  public Integer call() {
    RunScores runs = RunScores.read(directories, Metric.named(metric));
    Comparison comparison = Comparison.of(runs.byAlgorithm());
    print(runs, comparison);
    if (json != null) {
      write(json, record(runs, comparison));
    }
    return 0;
  }

  private static void print(RunScores runs, Comparison comparison) {
    System.out.printf(
        Locale.ROOT, "%s, %,d steps; score: %s%n", runs.env(), runs.steps(), runs.measured());
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("algorithm", "env", "seeds", "IQM", "95 %"));
    for (Comparison.Row row : comparison.rows()) {
      table.add(
          List.of(
              row.name(),
              runs.env(),
              Integer.toString(row.scores().runs()),
              number(row.iqm()),
              row.interval()
                  .map(i -> "[" + number(i.low()) + ", " + number(i.high()) + "]")
                  .orElse("one seed: none")));
    }
    for (List<String> row : table) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        int column = i;
        int width = table.stream().mapToInt(r -> r.get(column).length()).max().orElseThrow();
        line.append(String.format(Locale.ROOT, "%-" + (width + 2) + "s", row.get(i)));
      }
      System.out.println("  " + line.toString().stripTrailing());
    }
    System.out.println(comparison.verdict());
    if (comparison.verdicts().size() > 1) {
      System.out.println(
          "note: each of "
              + comparison.verdicts().size()
              + " pairs is judged by itself; the more pairs, the more look decided by chance");
    }
    runs.notes().forEach(note -> System.out.println("note: " + note));
  }

  private static Map<String, Object> record(RunScores runs, Comparison comparison) {
    Map<String, Object> record = new LinkedHashMap<>();
    record.put("env", runs.env());
    record.put("steps", runs.steps());
    record.put("score", runs.measured());
    record.put("notes", runs.notes());
    record.put("algorithms", comparison.rows().stream().map(CompareCommand::row).toList());
    record.put("pairs", comparison.verdicts().stream().map(CompareCommand::pair).toList());
    return record;
  }

  private static Map<String, Object> row(Comparison.Row row) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("algorithm", row.name());
    map.put("seeds", row.scores().runs());
    map.put("iqm", row.iqm());
    map.put("interval95", row.interval().map(CompareCommand::ends).orElse(null));
    map.put("scores", row.scores().toArray());
    return map;
  }

  private static Map<String, Object> pair(Verdict verdict) {
    Optional<Interval> improvement = verdict.shownInterval();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("x", verdict.x());
    map.put("y", verdict.y());
    map.put("probabilityOfImprovement", verdict.probability());
    map.put("probabilityInterval95", improvement.map(CompareCommand::ends).orElse(null));
    map.put("iqmDifference", verdict.iqmX() - verdict.iqmY());
    map.put(
        "iqmDifferenceInterval95",
        improvement.map(i -> ends(verdict.differenceInterval())).orElse(null));
    map.put("decided", verdict.decided());
    map.put(
        "seedsNeeded", verdict.seedsNeeded().isPresent() ? verdict.seedsNeeded().getAsInt() : null);
    map.put("sentence", verdict.sentence());
    return map;
  }

  private static List<Double> ends(Interval interval) {
    return List.of(interval.low(), interval.high());
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static void write(Path file, Map<String, Object> record) {
    try {
      Files.writeString(
          file,
          new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(record)
              + "\n");
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "--json: " + file.toAbsolutePath() + " cannot be written (" + e + ")", e);
    }
  }
}
