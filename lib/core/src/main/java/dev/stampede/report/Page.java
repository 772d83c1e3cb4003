package dev.stampede.report;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.report.Chart.Point;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.Interval;
import dev.stampede.result.LearningRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** A run as one HTML page that needs nothing else: no script, no style sheet, no network. */
final class Page {
  private static final int DOTS = 2_000;
  private static final int LINE_POINTS = 600;
  private static final int WINDOW = 100;

  private static final String STYLE =
      """
      :root{color-scheme:light dark}
      body{font:15px/1.5 system-ui,sans-serif;max-width:860px;margin:2em auto;padding:0 1em}
      h1{font-size:1.5em;margin:0}h2{font-size:1.2em;margin-top:2em}h3{margin-bottom:.3em}
      table{border-collapse:collapse;font-size:90%}
      th,td{padding:2px 14px 2px 0;vertical-align:top;border-bottom:1px solid #8884}
      .facts{display:flex;flex-wrap:wrap;gap:.6em 1.8em;margin:1em 0}
      .facts span{font-size:80%;opacity:.7}.facts b{font-size:115%}
      .small{display:grid;grid-template-columns:repeat(auto-fit,minmax(380px,1fr));gap:1em}
      figure{margin:0}figcaption,.note{font-size:85%;opacity:.75}
      pre{overflow:auto;background:#8881;padding:1em;font-size:80%}
      """;

  private final Report report;
  private final double right;

  private Page(Report report) {
    this.report = report;
    this.right = report.run().path("steps").asDouble();
  }

  static String of(Report report) {
    return new Page(report).html();
  }

  private String html() {
    Card card = report.card();
    return """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>%s</title><style>%s</style></head><body>
    """
            .formatted(Text.html(report.title()), STYLE)
        + heading()
        + facts()
        + "<h2>Learning curve</h2>"
        + curve()
        + learning()
        + evaluations()
        + "<h2>Card</h2>"
        + card.sections().stream().map(Card::html).collect(Collectors.joining())
        + "<details><summary>The card as Markdown</summary><pre>"
        + Text.html(card.markdown())
        + "</pre></details></body></html>\n";
  }

  private String heading() {
    return "<h1>%s</h1><div>%s threads · seed %s · %s</div>"
        .formatted(
            Text.html(report.title()),
            report.text("/experiment/threads"),
            report.text("/experiment/seed"),
            Text.html(report.text("/state")));
  }

  private String facts() {
    return Stream.of(
            fact("agent steps", "/steps"),
            fact("of", "/experiment/stepsBudget/value"),
            fact("emulator frames", "/frames"),
            fact("episodes", "/episodes"),
            fact("steps per second", "/stepsPerSecond"),
            "<div><span>wall time</span><br><b>%s</b></div>"
                .formatted(Text.duration(report.run().path("wallSeconds").asDouble())),
            fact("mean return, last 100", "/meanReturn100"),
            fact("best", "/bestMeanReturn100"))
        .collect(Collectors.joining("", "<div class=\"facts\">", "</div>"));
  }

  private String fact(String name, String pointer) {
    double value = report.run().at(pointer).asDouble(Double.NaN);
    String shown = Math.abs(value) < 1000 ? Text.number(value) : Text.whole(value);
    return "<div><span>%s</span><br><b>%s</b></div>".formatted(name, shown);
  }

  private String curve() {
    List<EpisodeRecord> episodes = report.episodes();
    if (episodes.isEmpty()) {
      return "<p>No episode has ended.</p>";
    }
    Chart chart = chart("learning curve", 860, 380, heights().toArray());
    chart.dots(
        Chart.EPISODE, 1.7, 0.6, thinned(episodes, DOTS).stream().map(Page::episode).toList());
    JsonNode target = report.run().at("/experiment/until/value");
    if (target.isNumber()) {
      chart.level(target.asDouble());
    }
    marks(chart);
    chart.line(Chart.TRAINING, thinned(means(episodes), LINE_POINTS));
    for (EvaluationRecord each : report.evaluations()) {
      Interval interval = each.interval();
      chart.bar(Chart.EVALUATION, each.step(), interval.low(), interval.high());
      chart.dots(Chart.EVALUATION, 3.5, 1, List.of(new Point(each.step(), each.mean())));
    }
    return "<figure>" + chart.svg() + "<figcaption>" + caption() + "</figcaption></figure>";
  }

  /** All that the curve's y axis must hold. */
  private DoubleStream heights() {
    return DoubleStream.concat(
        report.episodes().stream().mapToDouble(EpisodeRecord::score),
        DoubleStream.concat(
            report.evaluations().stream()
                .flatMapToDouble(
                    each -> DoubleStream.of(each.interval().low(), each.interval().high())),
            DoubleStream.of(report.run().at("/experiment/until/value").asDouble(Double.NaN))));
  }

  private String caption() {
    int count = report.episodes().size();
    String dots =
        count > DOTS ? "Dots: some of the training episodes" : "Dots: each training episode";
    String caption = dots + ". Blue: mean return of the last 100 of them, which carry exploration.";
    if (!report.evaluations().isEmpty()) {
      EvaluationRecord first = report.evaluations().get(0);
      caption +=
          " Orange: mean of %d evaluation episodes, actions %s, with its 95 %% interval."
              .formatted(first.returns().size(), Card.policy(first));
    }
    if (report.run().at("/experiment/until/value").isNumber()) {
      caption += " Dashed: the target.";
    }
    return report.run().path("changes").isEmpty() ? caption : caption + " Dotted: changed by hand.";
  }

  private void marks(Chart chart) {
    for (JsonNode each : report.run().path("changes")) {
      chart.moment(
          each.path("step").asDouble(),
          each.path("knob").asText()
              + " "
              + each.path("from").asText()
              + " → "
              + each.path("to").asText());
    }
  }

  private Chart chart(String label, int width, int height, double... values) {
    double[] known = DoubleStream.of(values).filter(Double::isFinite).toArray();
    return new Chart(
        label,
        width,
        height,
        right,
        DoubleStream.of(known).min().orElse(0),
        DoubleStream.of(known).max().orElse(1));
  }

  private static Point episode(EpisodeRecord each) {
    return new Point(each.step(), each.score());
  }

  /** The mean of the last returns, at most 100, at each episode's end. */
  private static List<Point> means(List<EpisodeRecord> ended) {
    List<EpisodeRecord> episodes =
        ended.stream().sorted(Comparator.comparingLong(EpisodeRecord::step)).toList();
    List<Point> means = new ArrayList<>();
    double sum = 0;
    for (int i = 0; i < episodes.size(); i++) {
      sum += episodes.get(i).score() - (i < WINDOW ? 0 : episodes.get(i - WINDOW).score());
      means.add(new Point(episodes.get(i).step(), sum / Math.min(i + 1, WINDOW)));
    }
    return means;
  }

  /** At most about that many, the last among them. */
  private static <T> List<T> thinned(List<T> all, int most) {
    int stride = Math.max(1, (all.size() + most - 1) / most);
    List<T> some = new ArrayList<>();
    for (int i = (all.size() - 1) % stride; i < all.size(); i += stride) {
      some.add(all.get(i));
    }
    return some;
  }

  private String learning() {
    String charts =
        measure("entropy of the policy, nats", LearningRecord::entropy)
            + measure("explained variance of the values", LearningRecord::explainedVariance)
            + measure("value loss, each sample", LearningRecord::valueLoss)
            + measure("policy loss, each sample", LearningRecord::policyLoss)
            + measure("gradient norm before clipping", LearningRecord::gradientNorm)
            + measure("learning rate", LearningRecord::learningRate)
            + measure("staleness, updates by other threads", LearningRecord::staleness);
    return charts.isEmpty()
        ? ""
        : "<h2>What the updates looked like</h2><div class=\"small\">" + charts + "</div>";
  }

  private String measure(String name, ToDoubleFunction<LearningRecord> of) {
    List<Point> points =
        report.learning().stream()
            .filter(each -> Double.isFinite(of.applyAsDouble(each)))
            .map(each -> new Point(each.step(), of.applyAsDouble(each)))
            .toList();
    if (points.isEmpty()) {
      return "";
    }
    Chart chart = chart(name, 400, 190, points.stream().mapToDouble(Point::y).toArray());
    marks(chart);
    chart.line(Chart.TRAINING, thinned(points, LINE_POINTS));
    return "<figure><figcaption>%s</figcaption>%s</figure>".formatted(name, chart.svg());
  }

  private String evaluations() {
    if (report.evaluations().isEmpty()) {
      return "";
    }
    List<List<String>> rows =
        report.evaluations().stream()
            .map(
                each ->
                    List.of(
                        Text.whole(each.step()),
                        Text.number(each.mean()),
                        Text.number(each.interval().low())
                            + " to "
                            + Text.number(each.interval().high()),
                        Integer.toString(each.returns().size()),
                        Card.policy(each)))
            .toList();
    return Card.html(
        new Card.Section(
            "Evaluations",
            List.of("agent step", "mean return", "95 % interval", "episodes", "actions"),
            rows));
  }
}
