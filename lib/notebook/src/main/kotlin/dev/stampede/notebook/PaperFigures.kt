package dev.stampede.notebook

import dev.stampede.paper.FigureRenderer
import dev.stampede.paper.PaperFigure
import dev.stampede.paper.PaperFigure.Axis
import dev.stampede.paper.PaperFigure.Marks
import dev.stampede.paper.PaperReport
import kotlin.math.log2
import kotlin.math.pow
import org.jetbrains.letsPlot.Figure
import org.jetbrains.letsPlot.facet.facetWrap
import org.jetbrains.letsPlot.geom.geomLine
import org.jetbrains.letsPlot.geom.geomLineRange
import org.jetbrains.letsPlot.geom.geomPoint
import org.jetbrains.letsPlot.geom.geomRibbon
import org.jetbrains.letsPlot.ggsize
import org.jetbrains.letsPlot.intern.Feature
import org.jetbrains.letsPlot.intern.Plot
import org.jetbrains.letsPlot.label.ggtitle
import org.jetbrains.letsPlot.label.labs
import org.jetbrains.letsPlot.letsPlot
import org.jetbrains.letsPlot.scale.scaleColorManual
import org.jetbrains.letsPlot.scale.scaleFillManual
import org.jetbrains.letsPlot.scale.scaleXContinuous
import org.jetbrains.letsPlot.scale.scaleXLog10
import org.jetbrains.letsPlot.themes.elementBlank
import org.jetbrains.letsPlot.themes.elementText
import org.jetbrains.letsPlot.themes.margin
import org.jetbrains.letsPlot.themes.theme
import org.jetbrains.letsPlot.themes.themeMinimal

/** The figure of an experiment of the paper. */
public fun PaperReport.plot(): Figure = figure().plot()

/** Draws the figures of `stampede experiment`; found by its name in META-INF/services. */
public class LetsPlotRenderer : FigureRenderer {
  override fun svg(figure: PaperFigure): String = figure.plot().svg()

  override fun png(figure: PaperFigure): ByteArray = figure.plot().png()
}

/** Okabe and Ito's colours, which the colour-blind can tell apart, without their yellow. */
private val COLOURS = listOf("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")

private const val PANEL_WIDTH = 260
private const val PANEL_HEIGHT = 210
private const val LEAST_WIDTH = 720

/** In pixels: half of the last label of the x axis is beyond the axis. */
internal val MARGIN = margin(t = 0, r = 20, b = 0, l = 0)

/** Share of a logarithmic axis beyond the outermost points, which are cut in half without it. */
private const val EDGE = 0.03

/** Beside the first and the last tick. */
private const val ROOM = 0.5

/** More names than this on the x axis stand upright. */
private const val CROWDED = 10
private const val CROWDED_HEIGHT = 520
private const val TICK_WIDTH = 24

/** The figure as Lets-Plot draws it; panels without a point are left out. */
internal fun PaperFigure.plot(): Figure {
  val rows =
    panels().flatMapIndexed { i, panel ->
      // Panels are sorted by name. Spaces at the start come first, and SVG does not draw them.
      val name = " ".repeat(panels().size - i) + panel.title()
      panel.series().flatMap { series -> series.points().map { Row(name, series.name(), it) } }
    }
  val names = panels().flatMap { panel -> panel.series().map { it.name() } }.distinct()
  val colours = names.indices.map { COLOURS[it % COLOURS.size] }
  val shown = panels().count { panel -> panel.series().any { it.points().isNotEmpty() } }
  val columns = minOf(columns(), maxOf(1, shown))
  val lines = (shown + columns - 1) / columns
  val crowded = x().ticks().size > CROWDED
  val height = if (crowded) CROWDED_HEIGHT else maxOf(340, 130 + lines * PANEL_HEIGHT)
  val width = maxOf(LEAST_WIDTH, columns * PANEL_WIDTH + 60)
  val parts = buildList {
    addAll(marks(rows))
    add(scaleColorManual(values = colours, limits = names))
    add(scaleFillManual(values = colours, limits = names))
    xScale(x(), rows.map { it.point.x() })?.let { add(it) }
    if (shown > 1) {
      add(facetWrap(facets = "panel", ncol = columns, order = 1, scales = "free"))
    }
  }
  val look =
    theme(
      plotTitle = elementText(face = "bold", size = 16),
      panelGridMinor = elementBlank(),
      axisTextX = tickText(x()),
      plotMargin = MARGIN,
    )
  return parts.fold(letsPlot()) { plot: Plot, part -> plot + part } +
    ggtitle(title(), subtitle()) +
    labs(x = x().label(), y = y(), color = "", fill = "") +
    themeMinimal() +
    (if (names.size > 1) look.legendPositionBottom() else look.legendPositionNone()) +
    ggsize(if (crowded) maxOf(width, x().ticks().size * TICK_WIDTH) else width, height)
}

private class Row(val panel: String, val series: String, val point: PaperFigure.Point)

private fun PaperFigure.marks(rows: List<Row>): List<Feature> {
  val data =
    mapOf(
      "panel" to rows.map { it.panel },
      "series" to rows.map { it.series },
      "x" to rows.map { x().place(it.point.x()) },
      "y" to rows.map { it.point.y() },
      "low" to rows.map { it.point.low() },
      "high" to rows.map { it.point.high() },
    )
  val intervals = rows.any { it.point.low() != it.point.high() }
  return buildList {
    if (marks() == Marks.LINES) {
      add(
        geomRibbon(data, alpha = 0.15, size = 0.0, showLegend = false) {
          x = "x"
          ymin = "low"
          ymax = "high"
          fill = "series"
        }
      )
    } else if (intervals) {
      add(
        geomLineRange(data, size = 0.7, showLegend = false) {
          x = "x"
          ymin = "low"
          ymax = "high"
          color = "series"
        }
      )
    }
    if (marks() != Marks.POINTS) {
      add(
        geomLine(data, size = 1.1) {
          x = "x"
          y = "y"
          color = "series"
        }
      )
    }
    if (marks() != Marks.LINES) {
      add(
        geomPoint(data, size = 2.6, alpha = 0.8) {
          x = "x"
          y = "y"
          color = "series"
        }
      )
    }
  }
}

/** Few names lie flat, many stand upright; numbers are as they always are. */
private fun tickText(axis: Axis) =
  when {
    axis.ticks().none { it.label().length > 3 } -> null
    axis.ticks().size > CROWDED -> elementText(angle = 90, size = 11)
    else -> elementText(angle = 0, size = 11)
  }

private fun xScale(axis: Axis, values: List<Double>): Feature? =
  when {
    axis.ticks().isEmpty() -> if (axis.logarithmic()) logarithmic(values) else null
    else ->
      scaleXContinuous(
        breaks = axis.ticks().map { axis.place(it.at()) },
        labels = axis.ticks().map { it.label() },
        limits = axis.ticks().map { axis.place(it.at()) }.let { it.min() - ROOM to it.max() + ROOM },
      )
  }

/** Lets-Plot's own room beside the points is not logarithmic: beside small values there is none. */
private fun logarithmic(values: List<Double>): Feature {
  val low = values.minOrNull() ?: return scaleXLog10()
  val high = values.max()
  val room = (high / low).pow(EDGE)
  return if (low == high) scaleXLog10()
  else scaleXLog10(limits = low / room to high * room, expand = listOf(0.0, 0.0))
}

/**
 * Where a value stands. A logarithmic scale of Lets-Plot with bars from low to high leaves half of
 * its width empty, so that one with ticks of its own is made here.
 */
private fun Axis.place(x: Double) = if (logarithmic() && ticks().isNotEmpty()) log2(x) else x
