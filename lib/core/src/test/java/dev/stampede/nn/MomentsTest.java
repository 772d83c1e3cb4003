package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.Oracles;
import dev.stampede.env.Observation;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MomentsTest {
  private final Oracles reference = read();

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7, 33})
  void are_those_of_all_samples_however_they_are_divided(int together) {
    Moments moments = of(reference.rows("samples"), together);

    assertThat(moments.count()).isEqualTo(33);
    for (int i = 0; i < 3; i++) {
      assertThat(moments.mean(i)).isCloseTo(reference.numbers("mean")[i], within(1e-9));
      double variance = reference.numbers("variance")[i];
      assertThat(moments.variance(i)).isCloseTo(variance, within(1e-9 * variance));
    }
  }

  @Test
  void normalise_as_vec_normalize_does() {
    Moments moments = of(reference.rows("samples"), 5);
    double[] expected = reference.numbers("normalized");
    int at = 0;
    for (float[] probe : reference.rows("probes")) {
      for (float x : floats(moments.normalized(Observation.of(probe)))) {
        assertThat((double) x).isCloseTo(expected[at++], within(1e-5));
      }
    }
    assertThat(expected).contains(-10).contains(10); // Some of them were cut off.
  }

  @Test
  void before_any_sample_change_nothing_but_what_is_beyond_10() {
    assertThat(floats(Moments.none(3).normalized(Observation.of(0.5f, -3, 11))))
        .containsExactly(0.5f, -3, 10);
    assertThat(Moments.none(1).scaled(-2)).isCloseTo(-2, within(1e-7));
  }

  @Test
  void do_not_hide_what_is_not_a_number() {
    assertThat(floats(Moments.none(1).normalized(Observation.of(Float.NaN))))
        .containsExactly(Float.NaN);
  }

  @Test
  void are_read_as_they_were_written_to_the_last_bit() throws IOException {
    Moments moments = of(reference.rows("samples"), 4);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    moments.write(new DataOutputStream(bytes));

    Moments read = Moments.read(in(bytes), 3);

    assertThat(read.count()).isEqualTo(moments.count());
    assertThat(read.means()).containsExactly(moments.means());
    assertThat(read.variances()).containsExactly(moments.variances());
    assertThatThrownBy(() -> Moments.read(in(bytes), 4))
        .isInstanceOf(IOException.class)
        .hasMessage("expected moments of 4 numbers but 3 were saved");
  }

  @Test
  void refuse_observations_of_another_size() {
    assertThatThrownBy(() -> Moments.none(3).normalized(Observation.of(1, 2)))
        .hasMessageContaining("expected 3 float32 numbers but the environment gave 8 bytes");
  }

  /** Put together from this many samples at a time. */
  private static Moments of(float[][] samples, int together) {
    Moments moments = Moments.none(samples[0].length);
    Moments.Samples some = new Moments.Samples(samples[0].length);
    for (int from = 0; from < samples.length; from += together) {
      int to = Math.min(samples.length, from + together);
      Arrays.stream(samples, from, to).forEach(sample -> some.add(Observation.of(sample)));
      moments = moments.and(some);
      some.clear();
    }
    return moments;
  }

  private static float[] floats(Observation observation) {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes()).order(ByteOrder.nativeOrder());
    observation.copyTo(bytes);
    float[] floats = new float[observation.bytes() / Float.BYTES];
    bytes.flip().order(ByteOrder.nativeOrder()).asFloatBuffer().get(floats);
    return floats;
  }

  private static DataInputStream in(ByteArrayOutputStream bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
  }

  private static Oracles read() {
    try {
      return Oracles.read("moments");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
