package dev.stampede.result;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Raw Atari scores of Mnih et al. (2016), Table S3, arXiv:1602.01783, on 57 games, to hold one's
 * own against; where they come from is at the head of the resource {@code a3c-paper-scores.csv}.
 *
 * <p>Human starts, except where the column says no-op: scores of the two kinds of start are not
 * comparable. Each is of one agent, so that they have no interval. Immutable.
 */
public final class PaperScores {

  /** Whose scores. */
  public enum Column {
    /** Random play, human starts; Nair et al. (2015), arXiv:1507.04296. */
    RANDOM("random_hs", true),
    /** A human, human starts; Nair et al. (2015). */
    HUMAN("human_hs", true),
    /** Gorila DQN, human starts; Nair et al. (2015): 49 games. */
    GORILA("gorila_hs", true),
    A3C_FF_1_DAY("a3c_ff_1day_hs", true),
    A3C_FF_4_DAYS("a3c_ff_4day_hs", true),
    A3C_LSTM_4_DAYS("a3c_lstm_4day_hs", true),
    /** The A3C baseline of Fortunato et al. (2018), arXiv:1706.10295, no-op starts. */
    A3C_NO_OP("a3c_noop_noisynetpaper", false),
    /** NoisyNet-A3C of Fortunato et al. (2018), no-op starts. */
    NOISYNET_A3C_NO_OP("noisynet_a3c_noop", false);

    private final String header;
    private final boolean humanStarts;

    Column(String header, boolean humanStarts) {
      this.header = header;
      this.humanStarts = humanStarts;
    }
  }

  private final List<String> header;
  private final List<List<String>> rows;

  private PaperScores(List<List<String>> lines) {
    header = lines.get(0);
    rows = lines.subList(1, lines.size());
  }

  /** Reads them. */
  public static PaperScores read() {
    try (InputStream in =
            Objects.requireNonNull(PaperScores.class.getResourceAsStream("a3c-paper-scores.csv"));
        BufferedReader reader =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      return new PaperScores(
          reader
              .lines()
              .filter(line -> !line.startsWith("#"))
              .map(line -> Arrays.asList(line.split(",", -1)))
              .toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All games, in lower case with hyphens: {@code space-invaders}. */
  public List<String> games() {
    return rows.stream().map(row -> row.get(0)).toList();
  }

  /** The games that this column has a score of, in the order of {@link #games}. */
  public List<String> games(Column column) {
    return games().stream().filter(game -> score(game, column).isPresent()).toList();
  }

  /**
   * A raw score; empty if the source has none.
   *
   * @throws IllegalArgumentException if there is no such game
   */
  public OptionalDouble score(String game, Column column) {
    int row = games().indexOf(game);
    if (row < 0) {
      throw new IllegalArgumentException(
          "expected one of the paper's games, " + games() + ", but got \"" + game + "\"");
    }
    String cell = rows.get(row).get(header.indexOf(column.header));
    return cell.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Double.parseDouble(cell));
  }

  /** Raw scores on {@link #games(Column)}: shape (1, games). */
  public Scores scores(Column column) {
    return Scores.of(new double[][] {raw(games(column), column)});
  }

  /**
   * Human-normalised scores on {@link #games(Column)}: shape (1, games).
   *
   * @throws IllegalArgumentException if the column has no-op starts: random play and the human are
   *     from human starts
   */
  public Scores humanNormalised(Column column, HumanNormalisation by) {
    if (!column.humanStarts) {
      throw new IllegalArgumentException(
          "expected scores from human starts, as those of random play and of the human are, but "
              + column
              + " is from no-op starts");
    }
    List<String> games = games(column);
    return scores(column).humanNormalised(by, raw(games, Column.RANDOM), raw(games, Column.HUMAN));
  }

  private double[] raw(List<String> games, Column column) {
    return games.stream().mapToDouble(game -> score(game, column).orElseThrow()).toArray();
  }
}
