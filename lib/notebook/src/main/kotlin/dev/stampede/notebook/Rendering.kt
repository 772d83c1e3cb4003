package dev.stampede.notebook

import dev.stampede.experiment.Run
import java.io.ByteArrayOutputStream
import java.io.StringReader
import java.util.Base64
import kotlin.math.roundToInt
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import org.apache.batik.transcoder.SVGAbstractTranscoder
import org.apache.batik.transcoder.TranscoderInput
import org.apache.batik.transcoder.TranscoderOutput
import org.apache.batik.transcoder.image.PNGTranscoder
import org.jetbrains.kotlinx.jupyter.api.MIME
import org.jetbrains.kotlinx.jupyter.api.MimeTypedResult
import org.jetbrains.kotlinx.jupyter.api.MimeTypedResultEx
import org.jetbrains.letsPlot.Figure
import org.jetbrains.letsPlot.awt.plot.PlotSvgExport
import org.jetbrains.letsPlot.intern.toSpec

/** The figure as SVG. */
public fun Figure.svg(): String = PlotSvgExport.buildSvgImageFromRawSpecs(toSpec(), null, false)

/**
 * The figure as a PNG image.
 *
 * @param scale pixels for each unit of the figure's size
 */
public fun Figure.png(scale: Double = 2.0): ByteArray = png(svg(), scale)

private fun png(svg: String, scale: Double): ByteArray {
  val transcoder = PNGTranscoder()
  transcoder.addTranscodingHint(
    SVGAbstractTranscoder.KEY_WIDTH,
    (size(svg).first * scale).toFloat(),
  )
  val png = ByteArrayOutputStream()
  transcoder.transcode(TranscoderInput(StringReader(svg)), TranscoderOutput(png))
  return png.toByteArray()
}

private val SIZE = Regex("""<svg[^>]*?\bwidth="([\d.]+)"[^>]*?\bheight="([\d.]+)"""")

private fun size(svg: String): Pair<Double, Double> {
  val (width, height) = SIZE.find(svg)?.destructured ?: error("the figure's SVG has no size")
  return width.toDouble() to height.toDouble()
}

/**
 * A cell's output that shows offline, on a page without scripts, and in a notebook nobody trusts
 * yet: SVG where that is allowed, else the PNG.
 */
internal fun Figure.output(): MimeTypedResultEx {
  val svg = svg()
  val (width, height) = size(svg)
  val data =
    JsonObject(
      mapOf(
        "image/svg+xml" to JsonPrimitive(svg),
        "image/png" to JsonPrimitive(Base64.getEncoder().encodeToString(png(svg, 2.0))),
        "text/plain" to JsonPrimitive("figure, ${width.roundToInt()} × ${height.roundToInt()}"),
      )
    )
  val metadata =
    JsonObject(
      mapOf(
        "image/png" to
          JsonObject(
            mapOf(
              "width" to JsonPrimitive(width.roundToInt()),
              "height" to JsonPrimitive(height.roundToInt()),
            )
          )
      )
    )
  return Sized(data, metadata)
}

/** Says how large the image is to be shown: it has twice as many pixels. */
private class Sized(data: JsonObject, private val metadata: JsonObject) :
  MimeTypedResultEx(data, false, null) {
  override fun toJson(additionalMetadata: JsonObject, overrideId: String?): JsonObject =
    super.toJson(JsonObject(metadata + additionalMetadata), overrideId)
}

/** What a run looks like as a cell's value. */
internal fun Run.output(): MimeTypedResult {
  val rows = summary()
  val html =
    rows.joinToString("", "<table>", "</table>") { (name, value) ->
      "<tr><td style=\"text-align:left\">${escaped(name)}</td>" +
        "<td style=\"text-align:left\"><b>${escaped(value)}</b></td></tr>"
    }
  val text = rows.joinToString("\n") { (name, value) -> "$name: $value" }
  return MIME("text/html" to html, "text/plain" to text)
}
