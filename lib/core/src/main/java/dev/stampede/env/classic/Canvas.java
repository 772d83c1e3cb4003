package dev.stampede.env.classic;

import dev.stampede.env.Frame;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;

/**
 * Shapes in a task's own units, y upwards, as a picture. It draws no text, for which a machine
 * without a screen may lack the fonts. For one thread.
 */
final class Canvas {
  static final Color PAPER = new Color(0xF6F5F1);
  static final Color INK = new Color(0x2B2D42);
  static final Color GROUND = new Color(0xB9BBC4);
  static final Color BLUE = new Color(0x2F6690);
  static final Color ORANGE = new Color(0xE07A3F);
  static final Color GREEN = new Color(0x4C956C);

  private final BufferedImage image;
  private final Graphics2D graphics;
  private final AffineTransform world;

  /**
   * An empty picture of these pixels.
   *
   * @param scale pixels for each unit
   * @param x what is in the middle
   * @param y what is in the middle
   */
  Canvas(int width, int height, double scale, double x, double y) {
    image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    graphics.setColor(PAPER);
    graphics.fillRect(0, 0, width, height);
    world =
        new AffineTransform(scale, 0, 0, -scale, width / 2.0 - scale * x, height / 2.0 + scale * y);
  }

  Canvas line(Color color, double thickness, double x1, double y1, double x2, double y2) {
    return stroke(color, thickness, new Line2D.Double(x1, y1, x2, y2));
  }

  Canvas disc(Color color, double x, double y, double radius) {
    return fill(color, new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
  }

  /** A rectangle around this point. */
  Canvas box(Color color, double x, double y, double width, double height) {
    return fill(color, new Rectangle2D.Double(x - width / 2, y - height / 2, width, height));
  }

  /** Straight lines from point to point, given as x, y, x, y, … */
  Canvas path(Color color, double thickness, double... points) {
    return stroke(color, thickness, through(points));
  }

  /** What these corners, given as x, y, x, y, …, enclose. */
  Canvas polygon(Color color, double... corners) {
    Path2D path = through(corners);
    path.closePath();
    return fill(color, path);
  }

  private static Path2D through(double[] points) {
    Path2D path = new Path2D.Double();
    path.moveTo(points[0], points[1]);
    for (int i = 2; i < points.length; i += 2) {
      path.lineTo(points[i], points[i + 1]);
    }
    return path;
  }

  private Canvas stroke(Color color, double thickness, Shape line) {
    var pen = new BasicStroke((float) thickness, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
    return fill(color, pen.createStrokedShape(line));
  }

  private Canvas fill(Color color, Shape shape) {
    graphics.setColor(color);
    graphics.fill(world.createTransformedShape(shape));
    return this;
  }

  /** The picture; nothing can be drawn after it. */
  Frame frame() {
    graphics.dispose();
    int width = image.getWidth();
    int height = image.getHeight();
    int[] pixels = image.getRGB(0, 0, width, height, null, 0, width);
    byte[] rgb = new byte[3 * pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      rgb[3 * i] = (byte) (pixels[i] >> 16);
      rgb[3 * i + 1] = (byte) (pixels[i] >> 8);
      rgb[3 * i + 2] = (byte) pixels[i];
    }
    return new Frame(width, height, rgb);
  }
}
