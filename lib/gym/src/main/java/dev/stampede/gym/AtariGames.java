package dev.stampede.gym;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The games of the Arcade Learning Environment, and the protocol in which they are played. */
final class AtariGames {
  /** Names as in {@code ALE/<name>-v5}, in order. */
  static final List<String> NAMES = read();

  /** Emulator frames that one step takes. */
  static final int FRAME_SKIP = 4;

  /** How a game is played: Mnih et al. (2015); atari.py does it. */
  static final Map<String, String> PROTOCOL =
      new TreeMap<>(
          Map.of(
              "source", "Mnih et al. (2015), Human-level control through deep RL",
              "action repeat", FRAME_SKIP + " frames",
              "frame", "brighter of the last 2 frames, grey, 84×84 (OpenCV INTER_AREA)",
              "observation", "last 4 such frames",
              "start", "1 to 30 no-ops",
              "episode", "at most 108000 frames (30 minutes)",
              "sticky actions", "0 (none)",
              "actions", "minimal set of the game",
              "training", "a lost life ends the episode; rewards clipped to [-1, 1]",
              "score", "sum of the game's own rewards over the whole game"));

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
