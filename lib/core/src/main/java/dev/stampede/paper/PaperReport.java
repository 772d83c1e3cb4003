package dev.stampede.paper;

import dev.stampede.result.EvaluationRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * What came out of an experiment, and where it was written.
 *
 * @param complete runs that are complete
 * @param runs of the whole experiment
 * @param text the report, Markdown
 * @param files what was written
 */
public record PaperReport(
    PaperExperiment experiment,
    int complete,
    int runs,
    PaperFigure figure,
    String text,
    List<Path> files) {
  public PaperReport {
    files = List.copyOf(files);
  }

  /** Makes the report from the runs that are complete, and writes it. */
  static PaperReport write(
      PaperExperiment experiment, Scale scale, int shorten, Path out, Consumer<String> messages) {
    List<PlannedRun> plan = experiment.plan(scale, shorten);
    Outcomes outcomes = Outcomes.read(plan, out.resolve("runs"));
    Findings findings = experiment.protocol().findings(scale, outcomes);
    List<Path> files = new ArrayList<>();
    files.add(write(out, experiment + ".csv", findings.figure().table().csv()));
    files.add(write(out, experiment + "-evaluations.csv", evaluations(outcomes).csv()));
    Optional<FigureRenderer> renderer =
        // The loader that loaded this class, not the thread's: in a notebook kernel they differ.
        ServiceLoader.load(FigureRenderer.class, FigureRenderer.class.getClassLoader()).findFirst();
    if (renderer.isPresent()) {
      files.add(write(out, experiment + ".svg", renderer.get().svg(findings.figure())));
      files.add(write(out, experiment + ".png", renderer.get().png(findings.figure())));
    } else {
      messages.accept(
          "the figure is left out: lib/notebook, which draws it, is not on the class path; run"
              + " lib/notebook/target/stampede.jar. "
              + experiment
              + ".csv holds its points");
    }
    String text =
        text(experiment, scale, shorten, plan.size(), outcomes, findings, renderer.isPresent());
    files.add(write(out, experiment + ".md", text));
    return new PaperReport(
        experiment, outcomes.all().size(), plan.size(), findings.figure(), text, files);
  }

  private static String text(
      PaperExperiment experiment,
      Scale scale,
      int shorten,
      int runs,
      Outcomes outcomes,
      Findings findings,
      boolean drawn) {
    StringBuilder text = new StringBuilder();
    text.append("# ").append(experiment.title()).append("\n\n");
    text.append("Mnih et al. (2016), arXiv:1602.01783. ");
    text.append(experiment.protocol().inThePaper()).append("\n\n");
    text.append("`stampede experiment ").append(experiment).append(" --scale ").append(scale);
    text.append(shorten == 1 ? "" : " --shorten " + shorten).append("`: ");
    text.append(outcomes.all().size()).append(" of ").append(runs).append(" runs are complete.\n");
    if (drawn) {
      text.append("\n![").append(experiment.title()).append("](");
      text.append(experiment).append(".svg)\n");
    }
    for (Table table : findings.tables()) {
      text.append('\n').append(table.markdown());
    }
    findings.notes().forEach(note -> text.append('\n').append(note).append('\n'));
    text.append("\n## Not as in the paper\n\n");
    List<String> deviations = new ArrayList<>();
    if (shorten > 1) {
      deviations.add(
          "budgets and distances of evaluations were divided by " + shorten + " (--shorten)");
    }
    deviations.addAll(experiment.protocol().deviations(scale));
    deviations.forEach(each -> text.append("- ").append(each).append('\n'));
    settings(outcomes).forEach(each -> text.append("- ").append(each).append('\n'));
    text.append("\n## Made with\n\n");
    provenance(outcomes).forEach(each -> text.append("- ").append(each).append('\n'));
    return text.toString();
  }

  /** What all runs of a method had in common that is not the paper's. */
  private static List<String> settings(Outcomes outcomes) {
    Map<String, Set<String>> common = new LinkedHashMap<>();
    for (Outcome outcome : outcomes.all()) {
      common
          .computeIfAbsent(
              outcome.planned().algorithm().name(),
              name -> new LinkedHashSet<>(outcome.differences()))
          .retainAll(outcome.differences());
    }
    return common.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .map(each -> "all runs of " + each.getKey() + ": " + String.join("; ", each.getValue()))
        .toList();
  }

  private static List<String> provenance(Outcomes outcomes) {
    Set<String> builds = new TreeSet<>();
    Set<String> machines = new TreeSet<>();
    Map<Long, Integer> seeds = new TreeMap<>();
    double seconds = 0;
    for (Outcome outcome : outcomes.all()) {
      builds.add("Stampede " + outcome.build());
      machines.add(outcome.machine());
      seeds.merge(outcome.planned().seed(), 1, Integer::sum);
      seconds += outcome.seconds();
    }
    List<String> lines = new ArrayList<>(builds);
    lines.addAll(machines);
    lines.add(
        "seeds " + seeds.keySet().stream().map(Object::toString).collect(Collectors.joining(", ")));
    lines.add(String.format(Locale.ROOT, "%.0f s of training, all runs added up", seconds));
    return lines;
  }

  /** Each evaluation of each run. */
  private static Table evaluations(Outcomes outcomes) {
    List<List<String>> rows = new ArrayList<>();
    for (Outcome outcome : outcomes.all()) {
      PlannedRun run = outcome.planned();
      for (EvaluationRecord e : outcome.evaluations()) {
        rows.add(
            List.of(
                run.label(),
                run.env(),
                run.algorithm().name(),
                Integer.toString(run.threads()),
                Long.toString(run.seed()),
                Long.toString(e.step()),
                Long.toString(e.frames()),
                String.format(Locale.ROOT, "%.3f", e.seconds()),
                Double.toString(e.mean())));
      }
    }
    return new Table(
        "",
        List.of(
            "run", "env", "method", "threads", "seed", "step", "frames", "seconds", "meanReturn"),
        rows);
  }

  private static Path write(Path out, String name, String text) {
    return write(out, name, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Path write(Path out, String name, byte[] content) {
    Path file = out.resolve(name);
    try {
      Path part = out.resolve(name + ".part");
      Files.write(part, content);
      return Files.move(
          part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " could not be written", e);
    }
  }
}
