package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PriorityMessageTest {
  private static final double[] GIVEN = {3, 5, 7};

  @Test
  void sets_the_same_after_it_was_written_and_read() throws IOException {
    try (Replay replay = filled()) {
      replay.set(read(written(drawn(replay))));

      assertThat(replay.status().priorities()).first().isEqualTo(1.0);
      assertThat(replay.status().priorities()).last().isEqualTo(7.0);
    }
  }

  @Test
  void is_not_changed_by_what_is_drawn_or_given_later() throws IOException {
    try (Replay replay = filled()) {
      Batch batch = Small.batch(3);
      replay.draw(3, 0, new SplittableRandom(1), batch);
      double[] given = GIVEN.clone();
      PriorityMessage message = PriorityMessage.of(batch, given);
      byte[] before = written(message);
      replay.draw(3, 0, new SplittableRandom(2), batch);
      Arrays.fill(given, 100);

      assertThat(written(message)).isEqualTo(before);
      assertThat(message.size()).isEqualTo(3);
      assertThat(message.priority(1)).isEqualTo(5);
    }
  }

  @Test
  void the_one_that_comes_last_counts_and_a_copy_changes_nothing() {
    try (Replay replay = filled()) {
      Batch batch = Small.batch(1);
      replay.draw(1, 0, new SplittableRandom(1), batch);
      PriorityMessage first = PriorityMessage.of(batch, new double[] {20});
      PriorityMessage second = PriorityMessage.of(batch, new double[] {30});
      for (PriorityMessage each : new PriorityMessage[] {second, first, first}) {
        replay.set(each);
      }

      assertThat(replay.status().priorities()).last().isEqualTo(20.0);
    }
  }

  @Test
  void leaves_another_memory_alone_though_it_has_the_same_numbers() {
    try (Replay before = filled();
        Replay after = filled()) {
      after.set(drawn(before));

      assertThat(after.status().priorities()).containsOnly(1.0);
    }
  }

  @Test
  void leaves_a_memory_alone_that_was_restored_since() throws IOException {
    var saved = new ByteArrayOutputStream();
    try (Replay other = filled()) {
      other.save(new DataOutputStream(saved));
    }
    try (Replay replay = filled()) {
      PriorityMessage late = drawn(replay);
      replay.restore(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));

      replay.set(late);
      assertThat(replay.status().priorities()).containsOnly(1.0);
      replay.set(drawn(replay));
      assertThat(replay.status().priorities()).last().isEqualTo(7.0);
    }
  }

  @Test
  void numbers_that_do_not_fit_are_refused_though_the_checksum_is_right() throws IOException {
    var bytes = new ByteArrayOutputStream();
    Checked.write((byte) 1, new byte[Long.BYTES + 10], new DataOutputStream(bytes));

    assertThatThrownBy(() -> read(bytes.toByteArray()))
        .hasMessageContaining("message of priorities: damaged, its numbers do not fit together");
  }

  @Test
  void damage_on_the_way_is_noticed() throws IOException {
    try (Replay replay = filled()) {
      Damage.isNoticed("message of priorities", written(drawn(replay)), PriorityMessageTest::read);
    }
  }

  @Test
  void there_is_one_for_each_that_was_drawn() {
    try (Replay replay = filled()) {
      Batch batch = Small.batch(3);
      replay.draw(3, 0, new SplittableRandom(1), batch);

      assertThatThrownBy(() -> PriorityMessage.of(batch, new double[2]))
          .hasMessageContaining("expected 3 priorities but got 2");
      assertThatThrownBy(() -> PriorityMessage.of(batch, new double[] {1, Double.NaN, 1}))
          .hasMessageContaining("priority 1");
    }
  }

  private static Replay filled() {
    Replay replay = Replay.prioritized(Small.size(100), 1);
    replay.add(Small.block(0, 40));
    return replay;
  }

  private static PriorityMessage drawn(Replay replay) {
    Batch batch = Small.batch(3);
    replay.draw(3, 0, new SplittableRandom(1), batch);
    return PriorityMessage.of(batch, GIVEN);
  }

  private static PriorityMessage read(byte[] bytes) throws IOException {
    return PriorityMessage.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  private static byte[] written(PriorityMessage message) throws IOException {
    var bytes = new ByteArrayOutputStream();
    message.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
