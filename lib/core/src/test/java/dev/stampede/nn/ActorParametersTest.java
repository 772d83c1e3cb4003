package dev.stampede.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Parameters as bytes, and who takes them over. */
class ActorParametersTest {
  private static final ParameterVersion VERSION = new ParameterVersion(1_700_000_000_000L, 77);

  @Test
  void are_the_same_bits_after_they_were_written_and_read() throws IOException {
    ActorParameters read = ActorParameters.zeros(3, 2);

    assertThat(read.read(in(written(VERSION, 1)))).isEqualTo(VERSION);
    assertThat(read.theta().toArray()).containsExactly(1, 2, -0f);
    assertThat(read.phi().orElseThrow().toArray()).containsExactly(Float.MIN_VALUE, 1e30f);
  }

  @Test
  void are_flat_numbers_in_little_endian_after_a_head_of_25_bytes() throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(written(VERSION, 1)).order(ByteOrder.LITTLE_ENDIAN);

    assertThat(bytes.capacity()).isEqualTo(25 + 5 * 4 + 4);
    assertThat(bytes.getLong(1)).isEqualTo(VERSION.epoch());
    assertThat(bytes.getLong(9)).isEqualTo(VERSION.counter());
    assertThat(bytes.getInt(17)).isEqualTo(3);
    assertThat(bytes.getInt(21)).isEqualTo(2);
    assertThat(bytes.getFloat(29)).isEqualTo(2);
  }

  @Test
  void any_bit_that_changed_on_the_way_is_noticed_and_nothing_is_taken() throws IOException {
    byte[] whole = written(VERSION, 1);
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);
      ActorParameters into = ActorParameters.zeros(3, 2);

      assertThatThrownBy(() -> into.read(in(damaged)))
          .isInstanceOf(IOException.class)
          .hasMessageMatching("parameters: .*(damaged|same version of Stampede).*");
      assertThat(into.theta().toArray()).containsOnly(0);
      assertThat(into.phi().orElseThrow().toArray()).containsOnly(0);
    }
  }

  @Test
  void a_part_of_them_is_refused() throws IOException {
    byte[] whole = written(VERSION, 1);
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);

      assertThatThrownBy(() -> ActorParameters.zeros(3, 2).read(in(part)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("they end too early");
    }
  }

  @Test
  void those_of_other_networks_are_refused_with_the_sizes() throws IOException {
    byte[] whole = written(VERSION, 1);

    assertThatThrownBy(() -> ActorParameters.zeros(4, 2).read(in(whole)))
        .hasMessageContaining("expected 4 and 2 of the critic but got 3 and 2")
        .hasMessageContaining("other networks than its actors");
    assertThatThrownBy(() -> ActorParameters.zeros(5, 0).read(in(whole)))
        .hasMessageContaining("expected 5 and 0 of the critic but got 3 and 2");
  }

  @Test
  void an_actor_does_not_go_back_to_what_comes_late_or_twice() throws IOException {
    ReceivedParameters received = new ReceivedParameters(3, 2);
    assertThat(received.newerThan(ParameterVersion.NONE, newest -> {}))
        .as("before anything has come")
        .isEqualTo(ParameterVersion.NONE);

    assertThat(received.receive(in(written(new ParameterVersion(5, 8), 8)))).isTrue();
    assertThat(received.receive(in(written(new ParameterVersion(5, 7), 7)))).isFalse();
    assertThat(received.receive(in(written(new ParameterVersion(5, 8), 8)))).isFalse();

    float[] taken = new float[1];
    ParameterVersion version =
        received.newerThan(new ParameterVersion(5, 6), p -> taken[0] = p.theta().toArray()[0]);
    assertThat(version).isEqualTo(new ParameterVersion(5, 8));
    assertThat(taken[0]).isEqualTo(8);
    assertThat(received.newerThan(version, p -> taken[0] = -1)).isEqualTo(version);
    assertThat(taken[0]).as("nothing newer").isEqualTo(8);
  }

  @Test
  void a_learner_that_started_again_is_followed_though_it_counts_from_0() throws IOException {
    ReceivedParameters received = new ReceivedParameters(3, 2);
    received.receive(in(written(new ParameterVersion(5, 1_000_000), 1)));

    assertThat(received.receive(in(written(new ParameterVersion(6, 0), 2)))).isTrue();
    assertThat(received.receive(in(written(new ParameterVersion(5, 1_000_001), 1))))
        .as("of the one before, on its way until now")
        .isFalse();
    assertThat(received.newerThan(new ParameterVersion(5, 1_000_000), p -> {}))
        .isEqualTo(new ParameterVersion(6, 0));
  }

  @Test
  void damaged_ones_leave_what_came_before() throws IOException {
    ReceivedParameters received = new ReceivedParameters(3, 2);
    received.receive(in(written(new ParameterVersion(5, 1), 1)));
    byte[] damaged = written(new ParameterVersion(5, 2), 2);
    damaged[26] ^= 1;

    assertThatThrownBy(() -> received.receive(in(damaged))).hasMessageContaining("the checksum");
    assertThat(
            received.newerThan(
                ParameterVersion.NONE,
                p -> assertThat(p.theta().toArray()).containsExactly(1, 2, -0f)))
        .isEqualTo(new ParameterVersion(5, 1));
  }

  private static byte[] written(ParameterVersion version, float first) throws IOException {
    ActorParameters parameters = ActorParameters.zeros(3, 2);
    parameters.theta().set(new float[] {first, 2, -0f});
    parameters.phi().orElseThrow().set(new float[] {Float.MIN_VALUE, 1e30f});
    var bytes = new ByteArrayOutputStream();
    parameters.write(version, new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static DataInputStream in(byte[] bytes) {
    return new DataInputStream(new ByteArrayInputStream(bytes));
  }
}
