package dev.stampede.gym;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The games of the Arcade Learning Environment. */
final class AtariGames {
  /** Names as in {@code ALE/<name>-v5}, in order. */
  static final List<String> NAMES = read();

  private AtariGames() {}

  private static List<String> read() {
    try (InputStream in = AtariGames.class.getResourceAsStream("atari-games.txt")) {
      if (in == null) {
        throw new AssertionError("no resource atari-games.txt");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
