package dev.stampede.paper;

import java.util.List;

/**
 * What a figure shows, whoever draws it. Immutable.
 *
 * @param y what the y axis shows; each panel has a range of its own
 * @param marks how points are drawn
 * @param columns panels side by side
 */
public record PaperFigure(
    String title, String subtitle, Axis x, String y, Marks marks, int columns, List<Panel> panels) {
  public PaperFigure {
    panels = List.copyOf(panels);
  }

  /** How points are drawn. */
  public enum Marks {
    /** Joined by a line, with a band from low to high. */
    LINES,
    /** Each by itself, with a bar from low to high where those differ. */
    POINTS,
    /** Joined by a line, with a bar from low to high where those differ. */
    LINES_AND_POINTS
  }

  /**
   * An axis.
   *
   * @param logarithmic to base 10
   * @param ticks where values stand; none to leave it to who draws
   */
  public record Axis(String label, boolean logarithmic, List<Tick> ticks) {
    public Axis {
      ticks = List.copyOf(ticks);
    }

    static Axis of(String label) {
      return new Axis(label, false, List.of());
    }

    static Axis logarithmic(String label) {
      return new Axis(label, true, List.of());
    }
  }

  /** A place on an axis and what stands there. */
  public record Tick(double at, String label) {}

  /** A part of the figure with axes of its own. */
  public record Panel(String title, List<Series> series) {
    public Panel {
      series = List.copyOf(series);
    }
  }

  /** What has one colour. */
  public record Series(String name, List<Point> points) {
    public Series {
      points = List.copyOf(points);
    }
  }

  /**
   * A point.
   *
   * @param low lower end of its interval; y where there is none
   * @param high upper end of its interval; y where there is none
   */
  public record Point(double x, double y, double low, double high) {
    static Point of(double x, double y) {
      return new Point(x, y, y, y);
    }
  }

  /** The same as rows of panel, series, x, y, low, high. */
  Table table() {
    return new Table(
        "",
        List.of("panel", "series", "x", "y", "low95", "high95"),
        panels.stream()
            .flatMap(
                panel ->
                    panel.series().stream()
                        .flatMap(
                            series ->
                                series.points().stream()
                                    .map(
                                        p ->
                                            List.of(
                                                panel.title(),
                                                series.name(),
                                                Double.toString(p.x()),
                                                Double.toString(p.y()),
                                                Double.toString(p.low()),
                                                Double.toString(p.high())))))
            .toList());
  }
}
