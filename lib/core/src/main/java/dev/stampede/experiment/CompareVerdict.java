package dev.stampede.experiment;

import dev.stampede.result.Comparison;
import dev.stampede.result.Interval;
import dev.stampede.result.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a comparison says: a sentence for each pair, a small table, and what to know about them.
 *
 * @param task environments and budget, in words
 * @param measured what a run's score is, in words
 * @param comparison the numbers
 * @param notes what a reader of the numbers should know, one sentence each
 */
public record CompareVerdict(
    String task, String measured, Comparison comparison, List<String> notes) {
  public CompareVerdict {
    notes = List.copyOf(notes);
  }

  /** One for each pair. */
  public List<String> sentences() {
    return comparison.verdicts().stream().map(Verdict::sentence).toList();
  }

  /** A row of cells for each algorithm, after one of headings. */
  public List<List<String>> table() {
    List<List<String>> table = new ArrayList<>();
    table.add(List.of("algorithm", "seeds", "IQM", "95 %"));
    for (Comparison.Row row : comparison.rows()) {
      table.add(
          List.of(
              row.name(),
              Integer.toString(row.scores().runs()),
              number(row.iqm()),
              row.interval().map(CompareVerdict::inWords).orElse("one seed: none")));
    }
    return table;
  }

  private static String inWords(Interval interval) {
    return "[" + number(interval.low()) + ", " + number(interval.high()) + "]";
  }

  /** With as many digits as the sentences have. */
  static String number(double value) {
    double size = Math.abs(value);
    return String.format(Locale.ROOT, size >= 100 ? "%.1f" : size >= 1 ? "%.2f" : "%.3f", value);
  }

  /** All of it as lines of text. */
  @Override
  public String toString() {
    List<String> lines = new ArrayList<>(sentences());
    lines.addAll(aligned(table()));
    lines.add(task + "; score: " + measured);
    notes.forEach(note -> lines.add("note: " + note));
    return String.join("\n", lines);
  }

  /** Each column as wide as its widest cell. */
  static List<String> aligned(List<List<String>> table) {
    int[] widths =
        IntStream.range(0, table.get(0).size())
            .map(i -> table.stream().mapToInt(row -> row.get(i).length()).max().orElseThrow())
            .toArray();
    return table.stream()
        .map(
            row ->
                IntStream.range(0, widths.length)
                    .mapToObj(
                        i -> String.format(Locale.ROOT, "%-" + (widths[i] + 2) + "s", row.get(i)))
                    .collect(Collectors.joining("", "  ", ""))
                    .stripTrailing())
        .toList();
  }
}
