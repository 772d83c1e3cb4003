package dev.stampede.env;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfTest {
  /** Bits by numpy's {@code np.float32(x).astype(np.float16)}. */
  @ParameterizedTest
  @CsvSource({
    "0, 0000",
    "-0.0, 8000",
    "1, 3C00",
    "-2, C000",
    "0.1, 2E66",
    "0.33333334, 3555",
    "65504, 7BFF",
    "65519, 7BFF",
    "65520, 7C00",
    "-1e30, FC00",
    "5.9604645e-8, 0001",
    "3e-8, 0001",
    "2.9802322e-8, 0000",
    "6.0975552e-5, 03FF",
    "6.1035156e-5, 0400",
    "1.00048828125, 3C00",
    "1.00146484375, 3C02"
  })
  void rounds_as_numpy_does(float number, String bits) {
    assertThat(Half.of(number)).isEqualTo((short) Integer.parseInt(bits, 16));
  }

  @Test
  void every_number_survives_the_way_to_float_and_back() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      short half = (short) bits;
      float number = Half.toFloat(half);
      if (!Float.isNaN(number)) {
        assertThat(Half.of(number)).as("bits %04x", bits).isEqualTo(half);
      }
    }
  }

  @Test
  void what_is_not_a_number_stays_so() {
    assertThat(Half.toFloat((short) 0x7C01)).isNaN();
    assertThat(Half.toFloat(Half.of(Float.NaN))).isNaN();
  }
}
