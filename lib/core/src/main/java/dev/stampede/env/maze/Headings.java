package dev.stampede.env.maze;

/** Directions in whole degrees, clockwise from east as the map is drawn: y grows southwards. */
final class Headings {
  /** How many there are. */
  static final int COUNT = 360;

  private static final double[] COS = new double[COUNT];
  private static final double[] SIN = new double[COUNT];

  static {
    for (int i = 0; i < COUNT; i++) {
      // StrictMath: the same bits on every machine.
      COS[i] = StrictMath.cos(StrictMath.toRadians(i));
      SIN[i] = StrictMath.sin(StrictMath.toRadians(i));
    }
  }

  private Headings() {}

  static double cos(int heading) {
    return COS[heading];
  }

  static double sin(int heading) {
    return SIN[heading];
  }

  /** The heading after turning by so many degrees, to the right where they are positive. */
  static int turned(int heading, int degrees) {
    return Math.floorMod(heading + degrees, COUNT);
  }
}
