package dev.stampede.record;

import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Capital letters and digits of 5 × 7 dots, since a machine without a screen may have no fonts.
 * Safe for any number of threads.
 */
final class Glyphs {
  static final int HEIGHT = 7;

  /** From one letter to the next. */
  static final int ADVANCE = 6;

  private static final int WIDTH = 5;
  private static final String UNKNOWN = "#####/#...#/#...#/#...#/#...#/#...#/#####";

  private static final Map<Character, String> GLYPHS =
      Stream.of(
              "0 .###./#...#/#..##/#.#.#/##..#/#...#/.###.",
              "1 ..#../.##../..#../..#../..#../..#../.###.",
              "2 .###./#...#/....#/...#./..#../.#.../#####",
              "3 #####/...#./..#../...#./....#/#...#/.###.",
              "4 ...#./..##./.#.#./#..#./#####/...#./...#.",
              "5 #####/#..../####./....#/....#/#...#/.###.",
              "6 ..##./.#.../#..../####./#...#/#...#/.###.",
              "7 #####/....#/...#./..#../.#.../.#.../.#...",
              "8 .###./#...#/#...#/.###./#...#/#...#/.###.",
              "9 .###./#...#/#...#/.####/....#/...#./.##..",
              "- ...../...../...../####./...../...../.....",
              ". ...../...../...../...../...../.##../.##..",
              "A .###./#...#/#...#/#####/#...#/#...#/#...#",
              "B ####./#...#/#...#/####./#...#/#...#/####.",
              "C .###./#...#/#..../#..../#..../#...#/.###.",
              "D ####./#...#/#...#/#...#/#...#/#...#/####.",
              "E #####/#..../#..../####./#..../#..../#####",
              "F #####/#..../#..../####./#..../#..../#....",
              "G .####/#..../#..../#..##/#...#/#...#/.####",
              "H #...#/#...#/#...#/#####/#...#/#...#/#...#",
              "I .###./..#../..#../..#../..#../..#../.###.",
              "J ..###/...#./...#./...#./...#./#..#./.##..",
              "K #...#/#..#./#.#../##.../#.#../#..#./#...#",
              "L #..../#..../#..../#..../#..../#..../#####",
              "M #...#/##.##/#.#.#/#.#.#/#...#/#...#/#...#",
              "N #...#/##..#/#.#.#/#..##/#...#/#...#/#...#",
              "O .###./#...#/#...#/#...#/#...#/#...#/.###.",
              "P ####./#...#/#...#/####./#..../#..../#....",
              "Q .###./#...#/#...#/#...#/#.#.#/#..#./.##.#",
              "R ####./#...#/#...#/####./#.#../#..#./#...#",
              "S .####/#..../#..../.###./....#/....#/####.",
              "T #####/..#../..#../..#../..#../..#../..#..",
              "U #...#/#...#/#...#/#...#/#...#/#...#/.###.",
              "V #...#/#...#/#...#/#...#/#...#/.#.#./..#..",
              "W #...#/#...#/#...#/#.#.#/#.#.#/##.##/#...#",
              "X #...#/#...#/.#.#./..#../.#.#./#...#/#...#",
              "Y #...#/#...#/.#.#./..#../..#../..#../..#..",
              "Z #####/....#/...#./..#../.#.../#..../#####")
          .collect(Collectors.toUnmodifiableMap(line -> line.charAt(0), line -> line.substring(2)));

  private Glyphs() {}

  /** Takes the dots. */
  @FunctionalInterface
  interface Pen {
    void fill(int left, int top, int columns, int rows);
  }

  /**
   * @param scale pixels of a dot
   */
  static void write(String text, int left, int top, int scale, Pen pen) {
    int x = left;
    for (char c : text.toCharArray()) {
      if (c != ' ') {
        draw(GLYPHS.getOrDefault(c, UNKNOWN), x, top, scale, pen);
      }
      x += ADVANCE * scale;
    }
  }

  private static void draw(String glyph, int left, int top, int scale, Pen pen) {
    for (int row = 0; row < HEIGHT; row++) {
      for (int column = 0; column < WIDTH; column++) {
        if (glyph.charAt(row * (WIDTH + 1) + column) == '#') {
          pen.fill(left + column * scale, top + row * scale, scale, scale);
        }
      }
    }
  }
}
