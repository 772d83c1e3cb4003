package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TransitionsTest {

  @Test
  void are_the_same_after_they_were_written_and_read() throws IOException {
    var episodes = new RandomEpisodes(11, 3, 0.9, 4, 1);
    for (int i = 0; i < 300; i++) {
      episodes.step();
    }
    Transitions block = episodes.buffer().take();

    Transitions read = read(written(block));

    assertThat(read.size()).isEqualTo(block.size()).isGreaterThan(250);
    for (int j = 0; j < Math.min(read.size(), episodes.expected.size()); j++) {
      LocalBufferTest.assertSame(read, j, episodes.expected.get(j));
    }
    assertThat(written(read)).isEqualTo(written(block));
  }

  @Test
  void continuous_actions_cross_too() throws IOException {
    Space.Box actions = Space.Box.floats(new int[] {2}, -1, 1);
    var buffer = new LocalBuffer(2, 1, 0.5, Space.Box.floats(3), actions, 0);
    buffer.start(Observation.of(1f, 2f, 3f));
    buffer.add(
        Action.of(0.25f, -1f), new float[0], new Step(Observation.of(4f, 5f, 6f), 7, false, true));

    Transitions read = read(written(buffer.take()));

    assertThat(read.action(0).numbers()).containsExactly(0.25f, -1f);
    assertThat(read.reward(0)).isEqualTo(7);
    assertThat(read.discount(0)).isEqualTo(0.5);
    assertThat(RandomEpisodes.bytes(read.next(0)))
        .isEqualTo(RandomEpisodes.bytes(Observation.of(4f, 5f, 6f)));
  }

  @Test
  void none_at_all_can_cross() throws IOException {
    var buffer = new LocalBuffer(2, 1, 0.5, Space.Box.floats(3), new Space.Discrete(2), 0);

    assertThat(read(written(buffer.take())).size()).isZero();
  }

  @Test
  void any_byte_that_changed_on_the_way_is_noticed() throws IOException {
    byte[] whole = someBytes();
    SplittableRandom random = new SplittableRandom(4);
    for (int i = 0; i < 500; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));

      assertThatThrownBy(() -> read(damaged)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void half_of_them_is_an_error() throws IOException {
    byte[] whole = someBytes();

    assertThatThrownBy(() -> read(Arrays.copyOf(whole, whole.length / 2)))
        .isInstanceOf(EOFException.class);
  }

  @Test
  void another_version_is_named() throws IOException {
    byte[] whole = someBytes();
    whole[0] = 9;

    assertThatThrownBy(() -> read(whole)).hasMessageContaining("expected version 1 but got 9");
  }

  private static byte[] someBytes() throws IOException {
    var episodes = new RandomEpisodes(11, 3, 0.9, 4, 2);
    for (int i = 0; i < 40; i++) {
      episodes.step();
    }
    return written(episodes.buffer().take());
  }

  private static Transitions read(byte[] bytes) throws IOException {
    return Transitions.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  private static byte[] written(Transitions block) throws IOException {
    var bytes = new ByteArrayOutputStream();
    block.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
