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
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplayTest {

  /** Blocks are lost, repeated and delayed past others; the plain list says what must be there. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void what_is_drawn_is_bit_for_bit_what_was_added(long seed) {
    List<Transitions> sent = unreliable(seed);
    List<Transitions> list = new ArrayList<>();
    List<Integer> row = new ArrayList<>();
    ReplaySize size = new ReplaySize(400, RandomEpisodes.STACK, RandomEpisodes.ACTIONS);
    Set<Long> seen = new TreeSet<>();
    try (Replay replay = Replay.uniform(size)) {
      Batch batch = new Batch(20, RandomEpisodes.STACK, RandomEpisodes.ACTIONS);
      SplittableRandom random = new SplittableRandom(seed);
      for (Transitions block : sent) {
        replay.add(block);
        for (int j = 0; j < block.size(); j++) {
          list.add(block);
          row.add(j);
        }
        if (random.nextInt(3) == 0) {
          replay.removeToFit();
        }
        if (!list.isEmpty()) {
          replay.draw(20, 0, random, batch);
          assertSame(batch, list, row);
          for (int j = 0; j < 20; j++) {
            seen.add(batch.number(j));
          }
        }
      }
      assertThat(replay.added()).isEqualTo(list.size());
      assertThat(replay.size()).isLessThan(list.size());
    }
    assertThat(seen).hasSizeGreaterThan(1500);
  }

  private static void assertSame(Batch batch, List<Transitions> list, List<Integer> row) {
    for (int j = 0; j < batch.size(); j++) {
      int number = (int) batch.number(j);
      Transitions block = list.get(number);
      int i = row.get(number);
      assertThat(RandomEpisodes.bytes(batch.state(j)))
          .isEqualTo(RandomEpisodes.bytes(block.state(i)));
      assertThat(RandomEpisodes.bytes(batch.next(j)))
          .isEqualTo(RandomEpisodes.bytes(block.next(i)));
      assertThat(batch.action(j)).isEqualTo(block.action(i));
      assertThat(batch.reward(j)).isEqualTo(block.reward(i));
      assertThat(batch.discount(j)).isEqualTo(block.discount(i));
      assertThat(batch.age(j)).isEqualTo(list.size() - 1 - number);
    }
  }

  private static List<Transitions> unreliable(long seed) {
    Random random = new Random(seed);
    List<RandomEpisodes> actors = new ArrayList<>();
    for (int actor = 0; actor < 3; actor++) {
      actors.add(new RandomEpisodes(actor, 1 + actor, 0.9, 0, seed * 10 + actor));
    }
    List<Transitions> sent = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      RandomEpisodes actor = actors.get(random.nextInt(3));
      for (int step = random.nextInt(30); step >= 0; step--) {
        actor.step();
      }
      Transitions block = actor.buffer().take();
      for (int copies = random.nextInt(8) == 0 ? 2 : random.nextInt(8) == 0 ? 0 : 1; copies > 0; ) {
        sent.add(block);
        copies--;
      }
      if (random.nextInt(5) == 0 && sent.size() > 4) {
        Collections.swap(sent, sent.size() - 1, sent.size() - 1 - random.nextInt(4));
      }
      if (i == 200) { // An actor that starts anew counts its frames from 0 again.
        actors.set(1, new RandomEpisodes(1, 2, 0.9, 0, seed * 10 + 7));
      }
    }
    return sent;
  }

  @Test
  void blocks_in_order_share_their_frames() throws IOException {
    ReplaySize size = new ReplaySize(3000, Hashed.STACK, Hashed.ACTIONS);
    try (Replay inOrder = Replay.uniform(size);
        Replay apart = Replay.uniform(size)) {
      Hashed actor = new Hashed(0);
      for (int i = 0; i < 40; i++) {
        Transitions block = actor.block(10);
        inOrder.add(block);
        if (i % 2 == 0) {
          apart.add(block);
        }
      }

      assertThat(savedBytes(inOrder)).isBetween(401L * Hashed.FRAME, 402L * Hashed.FRAME + 40_000);
      assertThat(savedBytes(apart)).isGreaterThan(20L * 13 * Hashed.FRAME);
    }
  }

  private static long savedBytes(Replay replay) throws IOException {
    return saved(replay).length;
  }

  @Test
  void removes_the_oldest_first_and_only_when_asked_to_or_without_room() {
    try (Replay replay = Replay.uniform(Small.size(100))) {
      replay.add(Small.block(0, 600));
      replay.add(Small.block(600, 500));
      assertThat(replay.size()).isEqualTo(1100); // 1000 more than the capacity
      replay.add(Small.block(1100, 7));
      assertThat(replay.size()).isEqualTo(1100);
      assertThat(smallest(replay)).isEqualTo(7);

      replay.removeToFit();

      assertThat(replay.size()).isEqualTo(100);
      assertThat(replay.added()).isEqualTo(1107);
      assertThat(smallest(replay)).isEqualTo(1007);
    }
  }

  private static double smallest(Replay replay) {
    Batch batch = Small.batch(20_000);
    replay.draw(20_000, 0, new SplittableRandom(1), batch);
    double smallest = Double.POSITIVE_INFINITY;
    for (int j = 0; j < batch.size(); j++) {
      smallest = Math.min(smallest, batch.reward(j));
    }
    return smallest;
  }

  @Test
  void the_room_of_a_large_memory_is_five_per_cent_more() {
    try (Replay replay = Replay.uniform(Small.size(40_000))) {
      for (int i = 0; i < 100; i++) {
        replay.add(Small.block(i * 500, 500));
      }

      assertThat(replay.size()).isEqualTo(42_000);
    }
  }

  @Test
  void a_late_priority_leaves_a_slot_alone_that_was_used_again() {
    try (Replay replay = Replay.prioritized(Small.size(100), 1)) {
      replay.add(Small.block(0, 1100), filled(1100, 1));
      Batch early = Small.batch(50);
      replay.draw(50, 0, new SplittableRandom(2), early);
      replay.add(Small.block(2000, 1100), filled(1100, 3)); // every slot once more

      replay.set(PriorityMessage.of(early, filled(50, 1e9)));

      Batch now = Small.batch(1000);
      replay.draw(1000, 0, new SplittableRandom(3), now);
      for (int j = 0; j < 1000; j++) {
        assertThat(now.priority(j)).isEqualTo(3);
      }
    }
  }

  @Test
  void without_a_priority_the_largest_so_far_is_given_and_one_at_first() {
    try (Replay replay = Replay.prioritized(Small.size(100), 1)) {
      replay.add(Small.block(0, 1));
      assertThat(onlyPriority(replay)).isEqualTo(1);
      replay.set(PriorityMessage.of(drawn(replay), new double[] {7}));
      replay.set(PriorityMessage.of(drawn(replay), new double[] {2}));
      replay.add(Small.block(1, 1));

      assertThat(replay.status().priorities()).first().isEqualTo(2.0);
      assertThat(replay.status().priorities()).last().isEqualTo(7.0);
    }
  }

  private static double onlyPriority(Replay replay) {
    return drawn(replay).priority(0);
  }

  private static Batch drawn(Replay replay) {
    Batch batch = Small.batch(1);
    replay.draw(1, 0, new SplittableRandom(1), batch);
    return batch;
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, -1e-9, Double.POSITIVE_INFINITY})
  void refuses_what_is_no_priority_and_says_which(double bad) {
    try (Replay replay = Replay.prioritized(Small.size(100), 1)) {
      double[] priorities = {1, 2, bad, 4};

      assertThatThrownBy(() -> replay.add(Small.block(0, 4), priorities))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("priority 2")
          .hasMessageContaining(Double.toString(bad));
      assertThat(replay.size()).isZero();

      replay.add(Small.block(0, 4), filled(4, 5));
      Batch batch = Small.batch(4);
      replay.draw(4, 0, new SplittableRandom(1), batch);
      assertThatThrownBy(() -> replay.set(PriorityMessage.of(batch, priorities)))
          .hasMessageContaining("priority 2");
      assertThat(replay.status().priorities()).containsOnly(5.0);
    }
  }

  @Test
  void huge_priorities_do_not_break_the_sums() {
    try (Replay replay = Replay.prioritized(Small.size(100), 1)) {
      replay.add(Small.block(0, 3), new double[] {1e308, 1e308, 1});
      Batch batch = Small.batch(8);
      replay.draw(8, 1, new SplittableRandom(1), batch);

      for (int j = 0; j < 8; j++) {
        assertThat(batch.weight(j)).isEqualTo(1);
      }
    }
  }

  @Test
  void an_empty_memory_cannot_be_drawn_from() {
    try (Replay replay = Replay.uniform(Small.size(10))) {
      assertThatThrownBy(() -> drawn(replay))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("add transitions first");
    }
  }

  @Test
  void refuses_what_is_of_other_spaces() {
    try (Replay replay = Replay.uniform(Small.size(10))) {
      var buffer = new LocalBuffer(0, 1, 1, Space.Box.floats(2), Small.ACTIONS, 0);
      buffer.start(Observation.of(1f, 2f));
      buffer.add(Action.of(0), new float[0], new Step(Observation.of(1f, 2f), 0, false, false));

      assertThatThrownBy(() -> replay.add(buffer.take()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 frames of 4 bytes but got 1 of 8");
      assertThatThrownBy(
              () ->
                  replay.draw(
                      1,
                      0,
                      new SplittableRandom(1),
                      new Batch(1, Space.Box.floats(2), Small.ACTIONS)))
          .hasMessageContaining("other observations");
      assertThatThrownBy(() -> replay.add(Small.block(0, 1011)))
          .hasMessageContaining("1,011 transitions in a replay with room for 1,010");
    }
  }

  @Test
  void goes_on_from_what_was_saved_as_if_it_had_never_stopped() throws IOException {
    ReplaySize size = new ReplaySize(300, RandomEpisodes.STACK, RandomEpisodes.ACTIONS);
    List<Transitions> sent = unreliable(6);
    try (Replay one = Replay.prioritized(size, 0.6);
        Replay other = Replay.prioritized(size, 0.6)) {
      for (Transitions block : sent.subList(0, 250)) {
        one.add(block);
      }
      one.removeToFit();
      other.add(sent.get(0)); // is forgotten
      byte[] saved = saved(one);
      other.restore(new DataInputStream(new ByteArrayInputStream(saved)));
      assertThat(saved(other)).isEqualTo(saved);

      for (Replay replay : List.of(one, other)) {
        goOn(replay, sent.subList(250, 350));
      }

      assertThat(saved(other)).isEqualTo(saved(one));
    }
  }

  private static void goOn(Replay replay, List<Transitions> sent) {
    Batch batch = new Batch(16, RandomEpisodes.STACK, RandomEpisodes.ACTIONS);
    SplittableRandom random = new SplittableRandom(8);
    for (Transitions block : sent) {
      replay.add(block);
      replay.draw(16, 0.4, random, batch);
      replay.set(PriorityMessage.of(batch, random.doubles(16, 0, 3).toArray()));
    }
  }

  private static byte[] saved(Replay replay) throws IOException {
    var bytes = new ByteArrayOutputStream();
    replay.save(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  @Test
  void half_of_what_was_saved_leaves_an_empty_memory() throws IOException {
    try (Replay replay = Replay.uniform(Small.size(100))) {
      replay.add(Small.block(0, 50));
      byte[] saved = saved(replay);

      assertThatThrownBy(
              () ->
                  replay.restore(
                      new DataInputStream(
                          new ByteArrayInputStream(Arrays.copyOf(saved, saved.length / 2)))))
          .isInstanceOf(IOException.class);

      assertThat(replay.size()).isZero();
      replay.add(Small.block(7, 1));
      assertThat(drawn(replay).reward(0)).isEqualTo(7);
    }
  }

  @Test
  void what_was_saved_with_other_observations_is_refused() throws IOException {
    try (Replay replay = Replay.uniform(Small.size(100));
        Replay other = Replay.uniform(new ReplaySize(100, Space.Box.floats(3), Small.ACTIONS))) {
      byte[] saved = saved(replay);

      assertThatThrownBy(() -> other.restore(new DataInputStream(new ByteArrayInputStream(saved))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("of other observations or actions");
    }
  }

  @Test
  void says_what_it_looks_like() {
    try (Replay replay = Replay.prioritized(Small.size(100), 1)) {
      assertThat(replay.status().priorities()).isEmpty();
      assertThat(replay.status().meanAge()).isNaN();
      double[] priorities = new double[101];
      Arrays.setAll(priorities, i -> i);
      replay.add(Small.block(0, 101), priorities);
      Batch batch = Small.batch(10);
      replay.draw(10, 0, new SplittableRandom(1), batch);
      double age = 0;
      for (int j = 0; j < 10; j++) {
        age += batch.age(j) / 10.0;
      }

      ReplayStatus status = replay.status();

      assertThat(status.priorities()).containsExactly(0.0, 25.0, 50.0, 75.0, 100.0);
      assertThat(status.meanAge()).isEqualTo(age);
      assertThat(status.size()).isEqualTo(101);
      assertThat(status.capacity()).isEqualTo(100);
      assertThat(status.added()).isEqualTo(101);
      assertThat(status.bytes()).isEqualTo(replay.bytes()).isPositive();
    }
  }

  private static double[] filled(int count, double value) {
    double[] values = new double[count];
    Arrays.fill(values, value);
    return values;
  }
}
