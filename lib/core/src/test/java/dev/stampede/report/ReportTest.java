package dev.stampede.report;

import static dev.stampede.experiment.Algorithms.A3C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Run;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.xml.sax.InputSource;

class ReportTest {
  static Path folder;
  static Run run;

  @BeforeAll
  static void train(@TempDir Path temporary) {
    folder = temporary;
    run =
        Experiment.of()
            .algorithm(A3C.named("mine & <yours>").entropy(0.02))
            .env("CartPole")
            .threads(1)
            .steps(4_000)
            .seed(3)
            .until(500)
            .evaluateEvery(2_000)
            .evaluationEpisodes(3)
            .deterministic(true)
            .out(folder.resolve("run"))
            .build()
            .run();
  }

  @Test
  void a_card_has_each_setting_and_each_departure_from_the_paper_with_its_reason() {
    Card card = run.report().card();

    assertThat(rows(card, "Not as in the paper"))
        .contains(
            List.of(
                "learning-rate",
                "0.01 per update",
                "7.0E-4 per update",
                "adapted to small observations"))
        .anySatisfy(row -> assertThat(row).startsWith("entropy", "0.02", "0.01"))
        .hasSize(run.algorithm().differencesFromPaper().size())
        .allSatisfy(row -> assertThat(row).doesNotContain(""));
    assertThat(rows(card, "Settings")).hasSize(run.algorithm().settings().size());
    assertThat(rows(card, "Run"))
        .contains(
            List.of("algorithm", "mine & <yours> (A3C)"),
            List.of("environment", "CartPole"),
            List.of("seed", "3"),
            List.of("repeatable bit for bit", "yes"),
            List.of("budget", "4,000 agent steps"));
    assertThat(rows(card, "Protocol"))
        .contains(List.of("actions of evaluations", "drawn from the policy"));
    assertThat(rows(card, "Software")).anyMatch(row -> row.get(0).equals("engine"));
    assertThat(rows(card, "Machine")).anyMatch(row -> row.get(0).equals("processor"));
  }

  @Test
  void its_markdown_has_whole_tables() {
    String markdown = run.report().card().markdown();

    assertThat(markdown).startsWith("# mine & <yours> on CartPole\n").contains("## Settings\n");
    List<String> tableLines = markdown.lines().filter(line -> line.startsWith("|")).toList();
    assertThat(tableLines).hasSizeGreaterThan(40).allMatch(line -> line.endsWith(" |"));
    List<String> four =
        tableLines.stream().dropWhile(line -> !line.startsWith("| knob | value")).toList();
    assertThat(four.get(1)).isEqualTo("| --- | --- | --- | --- |");
    assertThat(four.get(2)).matches("\\| learning-rate \\| [^|]+ \\| [^|]+ \\| [^|]+ \\|");
  }

  @Test
  void a_bar_within_a_cell_does_not_end_it() {
    var section = new Card.Section("t", List.of("a"), List.of(List.of("p(a|s)")));

    assertThat(new Card("t", List.of(section)).markdown()).contains("| p(a\\|s) |\n");
  }

  @Test
  void a_page_refers_to_nothing_outside_itself_and_shows_what_was_measured() throws Exception {
    Path file = run.report().html(folder.resolve("new").resolve("run.html"));

    String html = Files.readString(file);
    assertThat(html)
        .doesNotContain("<script", "<link", "<img", "@import", "url(", "src=", "href=")
        .contains("mine &amp; &lt;yours&gt; on CartPole")
        .doesNotContain("<yours>")
        .contains("What the updates looked like", "Evaluations", "Not as in the paper");
    List<String> drawings = new ArrayList<>();
    for (int at = html.indexOf("<svg"); at >= 0; at = html.indexOf("<svg", at + 1)) {
      drawings.add(html.substring(at, html.indexOf("</svg>", at) + 6));
    }
    assertThat(drawings).as("the curve and seven measures").hasSize(8);
    for (String svg : drawings) {
      var parsed =
          DocumentBuilderFactory.newInstance()
              .newDocumentBuilder()
              .parse(new InputSource(new StringReader(svg)));
      assertThat(parsed.getElementsByTagName("polyline").getLength()).isEqualTo(1);
      assertThat(svg).doesNotContain("NaN", "Infinity");
    }
    assertThat(drawings.get(0).split("<circle", -1))
        .hasSize(1 + run.episodes().size() + run.evaluations().size());
  }

  @Test
  void a_folder_gives_what_the_run_gave() throws IOException {
    Report stored = Report.read(folder.resolve("run"));

    assertThat(stored.card().sections()).isEqualTo(run.report().card().sections());
    assertThat(stored.episodes()).hasSameSizeAs(run.episodes());
    assertThat(Files.readString(stored.html(folder.resolve("stored.html")))).contains("<polyline");
    assertThatThrownBy(() -> Report.read(folder.resolve("none")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("run.json");
  }

  @Test
  void events_are_framed_as_tensorboard_reads_them() throws IOException {
    Path file = run.report().tensorBoard(folder.resolve("board"));
    run.report().tensorBoard(folder.resolve("board"));

    assertThat(folder.resolve("board")).isDirectoryContaining("glob:**.tfevents.*");
    ByteBuffer in = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int records = 0;
    for (; in.hasRemaining(); records++) {
      byte[] length = new byte[8];
      in.get(length);
      assertThat(in.getInt()).isEqualTo(masked(length));
      byte[] content = new byte[(int) ByteBuffer.wrap(length).order(in.order()).getLong()];
      in.get(content);
      assertThat(in.getInt()).isEqualTo(masked(content));
    }
    int atLeast = 1 + 2 * run.episodes().size() + run.evaluations().size();
    assertThat(records).isGreaterThan(atLeast + 6 * run.learning().size());
  }

  private static int masked(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    int sum = (int) crc.getValue();
    return ((sum >>> 15) | (sum << 17)) + 0xa282ead8;
  }

  private static List<List<String>> rows(Card card, String title) {
    return card.sections().stream()
        .filter(section -> section.title().equals(title))
        .findFirst()
        .orElseThrow()
        .rows();
  }
}
