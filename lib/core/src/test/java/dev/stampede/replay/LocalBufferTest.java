package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocalBufferTest {
  private static final Space ACTIONS = new Space.Discrete(2);

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 4", "2, 0", "3, 4", "5, 0", "5, 4", "40, 2"})
  void gives_the_transitions_of_the_definition(int n, int outputs) {
    var episodes = new RandomEpisodes(7, n, 0.9, outputs, n);
    List<Transitions> blocks = blocks(episodes, 3000);

    int t = 0;
    for (Transitions block : blocks) {
      for (int j = 0; j < block.size() && t < episodes.expected.size(); j++, t++) {
        assertSame(block, j, episodes.expected.get(t));
      }
    }
    assertThat(t).isEqualTo(episodes.expected.size()).isGreaterThan(2000);
  }

  private static List<Transitions> blocks(RandomEpisodes episodes, int steps) {
    SplittableRandom random = new SplittableRandom(1);
    List<Transitions> blocks = new ArrayList<>();
    for (int step = 0; step < steps; step++) {
      episodes.step();
      if (random.nextInt(20) == 0) {
        blocks.add(episodes.buffer().take());
        assertThat(episodes.buffer().size()).isZero();
      }
    }
    blocks.add(episodes.buffer().take());
    return blocks;
  }

  static void assertSame(Transitions block, int j, RandomEpisodes.Expected expected) {
    assertThat(RandomEpisodes.bytes(block.state(j))).isEqualTo(expected.state());
    assertThat(RandomEpisodes.bytes(block.next(j))).isEqualTo(expected.next());
    assertThat(block.action(j).index()).isEqualTo(expected.action());
    assertThat(block.reward(j)).isCloseTo(expected.reward(), within(1e-12));
    assertThat(block.discount(j)).isCloseTo(expected.discount(), within(1e-15));
    int outputs = block.outputs();
    assertThat(Arrays.copyOfRange(block.out(), j * outputs, (j + 1) * outputs))
        .isEqualTo(RandomEpisodes.outputs(expected.state(), outputs));
    assertThat(Arrays.copyOfRange(block.nextOut(), j * outputs, (j + 1) * outputs))
        .isEqualTo(expected.nextOut());
  }

  @Test
  void holds_each_frame_of_a_stack_once() {
    var buffer = new LocalBuffer(0, 3, 0.9, Space.Box.bytes(4, 2, 2), ACTIONS, 0);
    byte[] frames = new byte[4 * 4];
    Arrays.fill(frames, (byte) 1); // the first frame, repeated
    buffer.start(Observation.of(frames));
    for (int t = 0; t < 20; t++) {
      System.arraycopy(frames, 4, frames, 0, 12);
      Arrays.fill(frames, 12, 16, (byte) (2 + t));
      buffer.add(Action.of(0), new float[0], new Step(Observation.of(frames), 1, false, t == 19));
    }

    Transitions block = buffer.take();

    assertThat(block.size()).isEqualTo(20);
    assertThat(block.frameCount()).isEqualTo(21);
  }

  @Test
  void blocks_say_how_many_frames_they_have_in_common() {
    var episodes = new RandomEpisodes(0, 3, 0.9, 0, 5);
    List<Transitions> blocks = blocks(episodes, 500);

    for (int i = 1; i < blocks.size(); i++) {
      Transitions before = blocks.get(i - 1);
      Transitions after = blocks.get(i);
      long shared = before.firstFrame() + before.frameCount() - after.firstFrame();
      if (after.size() > 0 && before.size() > 0 && shared >= 0) {
        assertThat(after.repeated()).isEqualTo((int) shared);
        assertThat(before.carried()).isGreaterThanOrEqualTo((int) shared);
      }
    }
  }

  @Test
  void a_colour_that_never_changes_does_not_keep_old_frames() {
    var buffer = new LocalBuffer(0, 1, 0.9, Space.Box.bytes(3, 8, 8), ACTIONS, 0);
    byte[] picture = new byte[3 * 64];
    SplittableRandom random = new SplittableRandom(3);
    buffer.start(Observation.of(picture));
    int most = 0;
    for (int t = 0; t < 2000; t++) {
      byte[] green = new byte[64];
      random.nextBytes(green);
      System.arraycopy(green, 0, picture, 64, 64);
      buffer.add(Action.of(1), new float[0], new Step(Observation.of(picture), 0, false, false));
      most = Math.max(most, buffer.take().frameCount());
    }

    assertThat(most).isLessThan(30);
  }

  @Test
  void numbers_are_one_frame_that_is_next_of_one_and_state_of_another() {
    var buffer =
        new LocalBuffer(0, 1, 0.9, Space.Box.floats(2), Space.Box.floats(new int[] {2}, -1, 1), 0);
    buffer.start(Observation.of(0f, 0.5f));
    for (int t = 1; t <= 10; t++) {
      buffer.add(
          Action.of(t / 10f, -0.5f),
          new float[0],
          new Step(Observation.of(t, 0.5f), t, false, false));
    }

    Transitions block = buffer.take();

    assertThat(block.frameCount()).isEqualTo(11);
    assertThat(block.action(4).numbers()).containsExactly(0.5f, -0.5f);
    assertThat(RandomEpisodes.bytes(block.next(4)))
        .isEqualTo(RandomEpisodes.bytes(block.state(5)))
        .isEqualTo(RandomEpisodes.bytes(Observation.of(5f, 0.5f)));
  }

  @Test
  void what_was_given_may_be_changed_afterwards() {
    var buffer =
        new LocalBuffer(0, 1, 1, Space.Box.floats(1), Space.Box.floats(new int[] {1}, -1, 1), 1);
    float[] observation = {1};
    float[] action = {0.25f};
    float[] out = {4};
    buffer.start(Observation.of(observation));
    observation[0] = 2;
    buffer.add(Action.of(action), out, new Step(Observation.of(observation), 0, true, false));
    observation[0] = 9;
    action[0] = 9;
    out[0] = 9;

    Transitions block = buffer.take();

    assertThat(RandomEpisodes.bytes(block.state(0)))
        .isEqualTo(RandomEpisodes.bytes(Observation.of(1f)));
    assertThat(RandomEpisodes.bytes(block.next(0)))
        .isEqualTo(RandomEpisodes.bytes(Observation.of(2f)));
    assertThat(block.action(0).numbers()).containsExactly(0.25f);
    assertThat(block.out()).containsExactly(4);
  }

  @Test
  void steps_that_wait_are_left_out_when_another_episode_starts() {
    var buffer = new LocalBuffer(0, 3, 0.9, Space.Box.floats(1), ACTIONS, 0);
    buffer.start(Observation.of(1f));
    buffer.add(Action.of(0), new float[0], new Step(Observation.of(2f), 1, false, false));
    buffer.start(Observation.of(5f));
    buffer.add(Action.of(1), new float[0], new Step(Observation.of(6f), 1, true, false));

    Transitions block = buffer.take();

    assertThat(block.size()).isEqualTo(1);
    assertThat(block.action(0).index()).isEqualTo(1);
  }

  @Test
  void goes_on_from_what_was_saved_as_if_it_had_never_stopped() throws IOException {
    var one = new RandomEpisodes(3, 4, 0.95, 2, 8);
    for (int step = 0; step < 101; step++) {
      one.step();
      if (step == 60) {
        one.buffer().take();
      }
    }
    var saved = new ByteArrayOutputStream();
    one.buffer().save(new DataOutputStream(saved));
    var other = new LocalBuffer(3, 4, 0.95, RandomEpisodes.STACK, RandomEpisodes.ACTIONS, 2);
    other.restore(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));

    byte[] last = new byte[60];
    for (LocalBuffer buffer : List.of(one.buffer(), other)) {
      buffer.start(Observation.of(last));
      buffer.add(
          Action.of(5), new float[2], new Step(Observation.of(new byte[60]), 3, true, false));
    }

    assertThat(written(other.take())).isEqualTo(written(one.buffer().take()));
  }

  private static byte[] written(Transitions block) throws IOException {
    var bytes = new ByteArrayOutputStream();
    block.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Test
  void says_what_is_wrong() {
    var buffer = new LocalBuffer(0, 1, 1, Space.Box.floats(2), ACTIONS, 3);
    Step step = new Step(Observation.of(1f, 2f), 0, false, false);

    assertThatThrownBy(() -> buffer.add(Action.of(0), new float[3], step))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("start");
    assertThatThrownBy(() -> buffer.start(Observation.of(1f)))
        .hasMessageContaining("expected 8 bytes but got 4");
    buffer.start(Observation.of(0f, 0f));
    assertThatThrownBy(() -> buffer.add(Action.of(0), new float[2], step))
        .hasMessageContaining("expected 3 numbers but got 2");
    assertThatThrownBy(() -> buffer.add(Action.of(2), new float[3], step))
        .hasMessageContaining("0…1 but got 2");
  }
}
