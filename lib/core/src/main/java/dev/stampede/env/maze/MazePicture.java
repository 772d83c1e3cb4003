package dev.stampede.env.maze;

import dev.stampede.env.Frame;

/** The picture for people: drawn twice as large and made smaller, so that its edges are smooth. */
final class MazePicture {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;

  private static final int MAP_MARGIN = 12;

  private final Camera camera = new Camera(2 * WIDTH, 2 * HEIGHT);

  Frame of(MazeState state) {
    camera.look(state);
    byte[] rgb = new byte[3 * WIDTH * HEIGHT];
    for (int y = 0, to = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++, to += 3) {
        int colour =
            Colour.mean(
                pixel(state, 2 * x, 2 * y),
                pixel(state, 2 * x + 1, 2 * y),
                pixel(state, 2 * x, 2 * y + 1),
                pixel(state, 2 * x + 1, 2 * y + 1));
        rgb[to] = (byte) Colour.red(colour);
        rgb[to + 1] = (byte) Colour.green(colour);
        rgb[to + 2] = (byte) Colour.blue(colour);
      }
    }
    return new Frame(WIDTH, HEIGHT, rgb);
  }

  private int pixel(MazeState state, int x, int y) {
    return MazeMap.over(
        camera.pixel(x, y),
        state,
        x - (2 * WIDTH - MAP_MARGIN - MazeMap.size(state.plan)),
        y - MAP_MARGIN);
  }
}
