package dev.stampede.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.result.EvaluationRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What a paper's appendix needs to know of a run: settings with their sources, each departure from
 * the paper with its reason, protocol, results, software, machine.
 *
 * @param title algorithm and environment
 * @param sections in the order in which they are read
 */
public record Card(String title, List<Section> sections) {
  private static final Pattern DIFFERENCE =
      Pattern.compile("(?<knob>[\\w-]+): (?<here>.*?) instead of (?<paper>.*?) \\((?<why>.*)\\)");

  /**
   * A table.
   *
   * @param rows as many cells as there are columns, each
   */
  public record Section(String title, List<String> columns, List<List<String>> rows) {
    public Section {
      columns = List.copyOf(columns);
      rows = List.copyOf(rows);
    }
  }

  public Card {
    sections = List.copyOf(sections);
  }

  static Card of(Report report) {
    List<Section> sections = new ArrayList<>();
    sections.add(names("Run", run(report)));
    sections.add(differences(report));
    sections.add(settings(report));
    if (!report.run().path("changes").isEmpty()) {
      sections.add(changes(report));
    }
    sections.add(names("Protocol", protocol(report)));
    sections.add(names("Results", results(report)));
    sections.add(names("Software", fields(report.run().path("versions"))));
    sections.add(names("Machine", fields(report.run().path("machine"))));
    return new Card(report.title(), sections);
  }

  private static Section names(String title, List<List<String>> rows) {
    return new Section(title, List.of("name", "value"), rows);
  }

  private static List<List<String>> run(Report report) {
    List<List<String>> rows = new ArrayList<>();
    add(rows, "algorithm", algorithm(report));
    add(rows, "environment", report.text("/experiment/env"));
    add(rows, "threads", report.text("/experiment/threads"));
    add(rows, "seed", report.text("/experiment/seed"));
    add(rows, "repeatable bit for bit", yes(report.text("/experiment/deterministic")));
    add(rows, "budget", quantity(report, "/experiment/stepsBudget"));
    add(rows, "ends early at", quantity(report, "/experiment/until"));
    add(rows, "frames per agent step", whole(report, "/experiment/framesPerStep/value"));
    add(rows, "parameters of the network", whole(report, "/algorithm/parameters"));
    add(rows, "state", report.text("/state"));
    add(rows, "failure", report.text("/failure"));
    add(rows, "resumed at step", resumptions(report));
    return rows;
  }

  private static void add(List<List<String>> rows, String name, String value) {
    if (!value.isEmpty()) {
      rows.add(List.of(name, value));
    }
  }

  private static String algorithm(Report report) {
    String name = report.text("/algorithm/name");
    String algorithm = report.text("/algorithm/algorithm");
    return name.equals(algorithm) ? name : name + " (" + algorithm + ")";
  }

  private static String yes(String value) {
    return value.equals("true") ? "yes" : "no";
  }

  private static String quantity(Report report, String pointer) {
    double value = report.run().at(pointer + "/value").asDouble(Double.NaN);
    return Double.isNaN(value) ? "" : Text.number(value) + " " + report.text(pointer + "/unit");
  }

  private static String whole(Report report, String pointer) {
    double value = report.run().at(pointer).asDouble(Double.NaN);
    return Double.isNaN(value) ? "" : Text.whole(value);
  }

  private static String resumptions(Report report) {
    List<String> steps = new ArrayList<>();
    report.run().path("resumedFrom").forEach(e -> steps.add(Text.whole(e.path("step").asDouble())));
    return String.join("; ", steps);
  }

  private static Section differences(Report report) {
    List<List<String>> rows = new ArrayList<>();
    report
        .run()
        .at("/algorithm/differencesFromPaper")
        .forEach(line -> rows.add(difference(line.asText())));
    return new Section("Not as in the paper", List.of("knob", "here", "paper", "reason"), rows);
  }

  private static List<String> difference(String line) {
    Matcher m = DIFFERENCE.matcher(line);
    return m.matches()
        ? List.of(m.group("knob"), m.group("here"), m.group("paper"), m.group("why"))
        : List.of("", line, "", "");
  }

  private static Section settings(Report report) {
    List<List<String>> rows = new ArrayList<>();
    for (Map.Entry<String, JsonNode> knob : report.run().at("/algorithm/knobs").properties()) {
      JsonNode setting = knob.getValue();
      rows.add(
          List.of(
              knob.getKey(),
              Text.quantity(setting.path("value").asText(), setting.path("unit").asText()),
              setting.path("source").asText(),
              setting.path("certainty").asText()));
    }
    if (report.run().at("/algorithm/networkOfOnesOwn").asBoolean()) {
      rows.add(List.of("network", "a block of the user's own", "set by the user", "chosen"));
    }
    return new Section("Settings", List.of("knob", "value", "source", "certainty"), rows);
  }

  static Section changes(Report report) {
    List<List<String>> rows = new ArrayList<>();
    for (JsonNode each : report.run().path("changes")) {
      rows.add(
          List.of(
              Text.whole(each.path("step").asDouble()),
              each.path("knob").asText(),
              each.path("from").asText(),
              each.path("to").asText()));
    }
    return new Section(
        "Changed by hand while it ran", List.of("agent step", "knob", "from", "to"), rows);
  }

  private static List<List<String>> protocol(Report report) {
    List<List<String>> rows = fields(report.run().path("protocol"));
    add(rows, "training returns", "true returns of whole episodes, with exploration");
    String every = quantity(report, "/experiment/evaluateEvery");
    if (every.isEmpty()) {
      add(rows, "evaluations", "none");
    } else {
      add(rows, "evaluations every", every);
      add(rows, "episodes of each", report.text("/experiment/evaluationEpisodes"));
      add(rows, "evaluated in", "environments and with seeds of their own");
      report.evaluations().stream()
          .findFirst()
          .ifPresent(first -> add(rows, "actions of evaluations", policy(first)));
    }
    return rows;
  }

  static String policy(EvaluationRecord evaluation) {
    return evaluation.greedy() ? "the most probable or most valuable" : "drawn from the policy";
  }

  private static List<List<String>> results(Report report) {
    List<List<String>> rows = new ArrayList<>();
    add(rows, "agent steps", whole(report, "/steps"));
    add(rows, "emulator frames", whole(report, "/frames"));
    add(rows, "updates", whole(report, "/updates"));
    add(rows, "training episodes", whole(report, "/episodes"));
    add(rows, "wall time", Text.duration(report.run().path("wallSeconds").asDouble()));
    add(rows, "agent steps per second", whole(report, "/stepsPerSecond"));
    add(rows, "mean return of the last 100 training episodes", score(report, "/meanReturn100"));
    add(rows, "best mean return of 100", score(report, "/bestMeanReturn100"));
    add(rows, "target first reached at agent step", whole(report, "/solvedAtStep"));
    List<EvaluationRecord> evaluations = report.evaluations();
    if (!evaluations.isEmpty()) {
      add(rows, "last evaluation", summary(evaluations.get(evaluations.size() - 1)));
    }
    add(rows, "environment processes restarted", whole(report, "/workerRestarts"));
    add(rows, "episodes lost with them", whole(report, "/lostEpisodes"));
    return rows;
  }

  private static String score(Report report, String pointer) {
    double value = report.run().at(pointer).asDouble(Double.NaN);
    return Double.isNaN(value) ? "" : Text.number(value);
  }

  private static String summary(EvaluationRecord evaluation) {
    return "%s, 95 %% interval %s to %s, of %d episodes at step %s"
        .formatted(
            Text.number(evaluation.mean()),
            Text.number(evaluation.interval().low()),
            Text.number(evaluation.interval().high()),
            evaluation.returns().size(),
            Text.whole(evaluation.step()));
  }

  private static List<List<String>> fields(JsonNode object) {
    List<List<String>> rows = new ArrayList<>();
    object
        .properties()
        .forEach(field -> add(rows, spaced(field.getKey()), field.getValue().asText()));
    return rows;
  }

  /** {@code maxHeapMegabytes} as three words. */
  private static String spaced(String name) {
    return name.matches("[a-z]+([A-Z][a-z]+)+")
        ? name.replaceAll("([A-Z])", " $1").toLowerCase(java.util.Locale.ROOT)
        : name;
  }

  /** To be copied into a document: a heading and a table for each section. */
  public String markdown() {
    return "# "
        + title
        + "\n"
        + sections.stream().map(Card::markdown).collect(Collectors.joining("\n", "\n", ""));
  }

  private static String markdown(Section section) {
    String heading = "## " + section.title() + "\n\n";
    if (section.rows().isEmpty()) {
      return heading + "Nothing.\n";
    }
    return heading
        + row(section.columns())
        + row(section.columns().stream().map(column -> "---").toList())
        + section.rows().stream().map(Card::row).collect(Collectors.joining());
  }

  private static String row(List<String> cells) {
    return cells.stream()
        .map(cell -> cell.replace("|", "\\|").replace("\n", " "))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }

  /** The same as HTML, without any style of its own. */
  public String html() {
    return "<h2>"
        + Text.html(title)
        + "</h2>"
        + sections.stream().map(Card::html).collect(Collectors.joining());
  }

  static String html(Section section) {
    String heading = "<h3>" + Text.html(section.title()) + "</h3>";
    if (section.rows().isEmpty()) {
      return heading + "<p>Nothing.</p>";
    }
    return heading
        + "<table><thead>"
        + row("th", section.columns())
        + "</thead><tbody>"
        + section.rows().stream().map(cells -> row("td", cells)).collect(Collectors.joining())
        + "</tbody></table>";
  }

  private static String row(String tag, List<String> cells) {
    return cells.stream()
        .map(cell -> "<%s style=\"text-align:left\">%s</%s>".formatted(tag, Text.html(cell), tag))
        .collect(Collectors.joining("", "<tr>", "</tr>"));
  }

  /** The Markdown. */
  @Override
  public String toString() {
    return markdown();
  }
}
