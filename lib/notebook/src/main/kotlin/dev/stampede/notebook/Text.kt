package dev.stampede.notebook

import java.util.Locale
import kotlin.math.abs
import kotlin.math.roundToLong

private const val NONE = "–"

/** `57 200`, with thin spaces that do not break; a dash for what is not known. */
internal fun whole(value: Any?): String {
  val number = (value as? Number)?.toDouble() ?: return NONE
  if (!number.isFinite()) return NONE
  return String.format(Locale.ROOT, "%,d", number.roundToLong()).replace(',', '\u202f')
}

/** A return, to one decimal; small ones to two. */
internal fun score(value: Any?): String {
  val number = (value as? Number)?.toDouble() ?: return NONE
  if (!number.isFinite()) return NONE
  return String.format(Locale.ROOT, if (abs(number) < 10) "%.2f" else "%.1f", number)
}

/** Any size, to three figures: `0.0123`, `1.20`, `7.0e-4`. */
internal fun brief(value: Double): String =
  when {
    !value.isFinite() -> NONE
    value == 0.0 -> "0"
    abs(value) < 0.01 -> String.format(Locale.ROOT, "%.1e", value).replace("e-0", "e-")
    abs(value) < 1 -> String.format(Locale.ROOT, "%.3f", value)
    abs(value) < 100 -> String.format(Locale.ROOT, "%.2f", value)
    else -> whole(value)
  }

/** A knob's value, which may be a number of seventeen figures. */
internal fun setting(value: String): String = value.toDoubleOrNull()?.let(::brief) ?: value

/** A share: `63 %`. */
internal fun percent(value: Double): String =
  if (value.isFinite()) "${(100 * value).roundToLong()}\u202f%" else NONE

/** `8.4 s`, `3 min 20 s`, `2 h 05 min`. */
internal fun duration(seconds: Double): String {
  if (!seconds.isFinite() || seconds < 0) return NONE
  val whole = seconds.roundToLong()
  return when {
    seconds < 9.95 -> String.format(Locale.ROOT, "%.1f s", seconds)
    whole < 60 -> "$whole s"
    whole < 3600 -> String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60)
    else -> String.format(Locale.ROOT, "%d h %02d min", whole / 3600, whole / 60 % 60)
  }
}

internal fun escaped(text: String): String =
  text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;")
