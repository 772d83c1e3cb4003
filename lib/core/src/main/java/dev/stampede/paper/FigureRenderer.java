package dev.stampede.paper;

/**
 * Draws figures; found by {@link java.util.ServiceLoader}, so that lib/notebook can draw what is
 * computed here.
 */
public interface FigureRenderer {
  String svg(PaperFigure figure);

  /** A PNG image with two pixels for each unit of the SVG. */
  byte[] png(PaperFigure figure);
}
