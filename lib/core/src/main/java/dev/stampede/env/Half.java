package dev.stampede.env;

/** IEEE 754 numbers of 16 bits, which Java has no type for before 20. */
final class Half {
  private Half() {}

  static float toFloat(short half) {
    int sign = half < 0 ? -1 : 1;
    int exponent = (half >> 10) & 0x1F;
    int mantissa = half & 0x3FF;
    if (exponent == 0x1F) {
      return mantissa == 0 ? sign * Float.POSITIVE_INFINITY : Float.NaN;
    }
    return sign
        * (exponent == 0
            ? Math.scalb((float) mantissa, -24)
            : Math.scalb(1 + mantissa / 1024f, exponent - 15));
  }

  /** The nearest one; ties go to the even one. */
  static short of(float value) {
    int sign = (Float.floatToRawIntBits(value) >>> 16) & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) 0x7E00;
    }
    if (magnitude >= 65_520) {
      return (short) (sign | 0x7C00);
    }
    int exponent = Math.max(Math.getExponent(magnitude), -14);
    // Units of the last place: below 2^-14 they stay the same, as subnormals do.
    int units = (int) Math.rint(Math.scalb((double) magnitude, 10 - exponent));
    return (short) (sign | (((exponent + 14) << 10) + units));
  }
}
