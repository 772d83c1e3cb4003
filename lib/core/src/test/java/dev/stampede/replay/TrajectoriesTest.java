package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The memory of trajectories against a plain list of what was put in. */
class TrajectoriesTest {
  private static final int LONGEST = 7;
  private static final int CHOICES = 3;
  private static final int CAPACITY = 100;

  /** What observations look like. */
  enum Kind {
    NUMBERS(Space.Box.floats(3)),
    /** Of the last four pictures, at an episode's start four times the first. */
    STACKED(Space.Box.bytes(4, 6, 5)),
    /** Planes that have nothing to do with each other. */
    PLANES(Space.Box.bytes(3, 5, 4)),
    CHANNELS_LAST(Space.Box.bytes(6, 5, 4)),
    /** So large that each has a segment of its own. */
    LARGE(Space.Box.bytes(2, 1_000, 600)),
    FLAT(Space.Box.bytes(10));

    private final Space.Box space;

    Kind(Space.Box space) {
      this.space = space;
    }
  }

  /**
   * One episode after the other, of random lengths; sometimes a state looks like the one before.
   */
  private static final class Source {
    private final Kind kind;
    private final SplittableRandom random;
    private byte[] now;

    Source(Kind kind, long seed) {
      this.kind = kind;
      this.random = new SplittableRandom(seed);
      this.now = restart();
    }

    byte[] restart() {
      now = fresh(kind.space.bytes());
      int plane = kind.space.bytes() / 4;
      for (int p = 1; kind == Kind.STACKED && p < 4; p++) {
        System.arraycopy(now, 0, now, p * plane, plane);
      }
      return now.clone();
    }

    byte[] step() {
      if (random.nextInt(10) == 0) {
        return now.clone();
      }
      if (kind != Kind.STACKED) {
        return restart();
      }
      int plane = kind.space.bytes() / 4;
      System.arraycopy(now, plane, now, 0, 3 * plane);
      System.arraycopy(fresh(plane), 0, now, 3 * plane, plane);
      return now.clone();
    }

    private byte[] fresh(int bytes) {
      byte[] content = new byte[bytes];
      random.nextBytes(content);
      return content;
    }
  }

  /** A trajectory as a test remembers it. */
  private record Known(Trajectory steps, List<byte[]> states) {}

  /** Plays on, and keeps what the memory should hold. */
  private static final class Player {
    private final Source source;
    private final SplittableRandom random;
    private final Deque<Known> known = new ArrayDeque<>();
    private byte[] current;

    Player(Kind kind, long seed) {
      source = new Source(kind, seed);
      random = new SplittableRandom(seed + 1);
      current = source.restart();
    }

    void play(Trajectories memory, int trajectories) {
      Trajectory done = new Trajectory(LONGEST, CHOICES);
      for (int i = 0; i < trajectories; i++) {
        int n = random.nextInt(1, LONGEST + 1);
        boolean terminal = random.nextInt(3) == 0;
        List<byte[]> states = new ArrayList<>(List.of(current));
        memory.start(seen(current));
        done.clear();
        for (int j = 0; j < n; j++) {
          current = source.step();
          memory.reached(seen(current));
          states.add(current);
          double[] mu = random.doubles(CHOICES).toArray();
          done.add(random.nextInt(CHOICES), mu, random.nextDouble(), terminal && j == n - 1);
        }
        if (random.nextInt(20) > 0) { // Now and then one is dropped, as when a run is changed.
          memory.add(done);
          known.add(new Known(done.copy(), states));
        }
        if (terminal) {
          current = source.restart();
        }
      }
      while (known.stream().mapToInt(each -> each.steps.size()).sum() > memory.capacity()) {
        known.remove();
      }
    }
  }

  /** Memory that its environment writes again at once. */
  private static Observation seen(byte[] content) {
    ByteBuffer direct = ByteBuffer.allocateDirect(content.length).put(content).flip();
    return new Observation() {
      @Override
      public int bytes() {
        return content.length;
      }

      @Override
      public void copyTo(ByteBuffer target) {
        target.put(direct.duplicate());
        for (int i = 0; i < content.length; i++) {
          direct.put(i, (byte) 0);
        }
      }
    };
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void it_holds_the_last_trajectories_bit_for_bit(Kind kind) {
    Trajectories memory = new Trajectories(CAPACITY, LONGEST, kind.space, CHOICES);
    Player player = new Player(kind, 1);
    for (int round = 0; round < (kind == Kind.LARGE ? 3 : 20); round++) {
      player.play(memory, 10);

      assertHolds(memory, player.known);
    }
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void what_was_saved_is_the_same_and_goes_on_the_same(Kind kind) throws IOException {
    Trajectories memory = new Trajectories(CAPACITY, LONGEST, kind.space, CHOICES);
    Player player = new Player(kind, 2);
    player.play(memory, kind == Kind.LARGE ? 40 : 150);
    byte[] saved = saved(memory);
    Trajectories restored = new Trajectories(CAPACITY, LONGEST, kind.space, CHOICES);
    restored.restore(new DataInputStream(new ByteArrayInputStream(saved)));

    assertHolds(restored, player.known);
    assertThat(saved(restored)).isEqualTo(saved);
    player.play(restored, 5);
    assertHolds(restored, player.known);
    player.play(restored, kind == Kind.LARGE ? 20 : 100);
    assertHolds(restored, player.known);
  }

  @Test
  void a_memory_of_nothing_is_restored_as_one() throws IOException {
    Trajectories restored = new Trajectories(CAPACITY, LONGEST, Kind.FLAT.space, CHOICES);
    byte[] saved = saved(new Trajectories(CAPACITY, LONGEST, Kind.FLAT.space, CHOICES));
    restored.restore(new DataInputStream(new ByteArrayInputStream(saved)));

    assertThat(restored.count()).isZero();
    new Player(Kind.FLAT, 1).play(restored, 1);
    assertThat(restored.count()).isEqualTo(1);
  }

  private static byte[] saved(Trajectories memory) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    memory.save(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }

  private static void assertHolds(Trajectories memory, Deque<Known> known) {
    assertThat(memory.count()).isEqualTo(known.size());
    assertThat(memory.steps()).isEqualTo(known.stream().mapToInt(k -> k.steps.size()).sum());
    Trajectory read = new Trajectory(LONGEST, CHOICES);
    int i = 0;
    for (Known each : known) {
      memory.read(i, read);
      assertThat(numbers(read)).isEqualTo(numbers(each.steps));
      for (int j = 0; j < each.states.size(); j++) {
        assertThat(content(memory.state(i, j))).isEqualTo(each.states.get(j));
      }
      i++;
    }
  }

  private static List<Double> numbers(Trajectory steps) {
    List<Double> all = new ArrayList<>();
    for (int j = 0; j < steps.size(); j++) {
      all.add((double) steps.action(j));
      all.add(steps.reward(j));
      for (int a = 0; a < CHOICES; a++) {
        all.add(steps.mu(j, a));
      }
    }
    all.add(steps.terminated() ? 1.0 : 0);
    return all;
  }

  private static byte[] content(Observation observation) {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(bytes);
    return bytes.array();
  }

  @Test
  void each_trajectory_is_as_likely_as_any_other() {
    Trajectories memory = new Trajectories(CAPACITY, LONGEST, Kind.FLAT.space, CHOICES);
    new Player(Kind.FLAT, 3).play(memory, 60);
    SplittableRandom random = new SplittableRandom(4);
    int[] counts = new int[memory.count()];
    int draws = 1_000_000;
    for (int i = 0; i < draws; i++) {
      counts[memory.draw(random)]++;
    }
    double expected = (double) draws / counts.length;
    double chiSquare =
        Arrays.stream(counts).mapToDouble(n -> (n - expected) * (n - expected) / expected).sum();

    int cells = counts.length;
    assertThat(cells).isGreaterThan(15);
    assertThat(chiSquare).isBetween(cells - 4 * Math.sqrt(2.0 * cells), cells + 5.0 * cells);
    assertThat(chiSquare).isLessThan(cells + 5 * Math.sqrt(2.0 * cells));
  }

  /** As Atari's: four pictures of 84 × 84, one of them new with each step. */
  @Test
  void a_step_of_stacked_pictures_takes_one_picture_and_memory_stays_flat() {
    int capacity = 2_000;
    int picture = 84 * 84;
    Trajectories memory = new Trajectories(capacity, 20, Space.Box.bytes(4, 84, 84), CHOICES);
    SplittableRandom random = new SplittableRandom(5);
    byte[] state = new byte[4 * picture];
    Trajectory done = new Trajectory(20, CHOICES);
    long full = 0;
    for (int rollout = 0; rollout < 500; rollout++) {
      memory.start(Observation.of(state));
      done.clear();
      for (int i = 0; i < 20; i++) {
        state = Arrays.copyOf(Arrays.copyOfRange(state, picture, 4 * picture), 4 * picture);
        byte[] next = new byte[picture];
        random.nextBytes(next);
        System.arraycopy(next, 0, state, 3 * picture, picture);
        memory.reached(Observation.of(state));
        done.add(0, new double[CHOICES], 0, false);
      }
      memory.add(done);
      if (rollout == 200) {
        full = memory.bytes();
      }
    }

    assertThat(memory.steps()).isEqualTo(capacity);
    assertThat((double) memory.bytes() / capacity).isLessThan(1.15 * picture);
    assertThat(memory.bytes()).isEqualTo(full);
  }

  @Test
  void steps_that_do_not_fit_the_states_are_refused() {
    Trajectories memory = new Trajectories(CAPACITY, LONGEST, Kind.FLAT.space, CHOICES);
    Trajectory one = new Trajectory(LONGEST, CHOICES);
    one.add(0, new double[CHOICES], 0, false);
    memory.start(Observation.of(new byte[10]));

    assertThatThrownBy(() -> memory.add(one)).hasMessageContaining("1 states but got 1 steps");
    assertThatThrownBy(() -> memory.draw(new SplittableRandom(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("nothing was added");
    assertThatThrownBy(() -> new Trajectories(6, LONGEST, Kind.FLAT.space, CHOICES))
        .hasMessageContaining("room for one rollout in each thread, 7 steps, but there are 6");
  }

  @Test
  void what_is_larger_than_the_machine_is_refused_with_the_numbers() {
    TrajectoryRoom room = TrajectoryRoom.of(1_000_000, Space.Box.bytes(4, 84, 84), 6);
    long gigabyte = 1_000_000_000;

    assertThat(room.outside()).isEqualTo(1_000_000L * 84 * 84);
    room.check(1_000_000, 8 * gigabyte, gigabyte, 16 * gigabyte);
    assertThatThrownBy(() -> room.check(1_000_000, 2 * gigabyte, gigabyte, 16 * gigabyte))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("replay-capacity: 1,000,000 steps need 7,056 MB outside the heap")
        .hasMessageContaining("2,000 MB outside (-XX:MaxDirectMemorySize)")
        .hasMessageContaining("the machine has 16,000 MB");
    assertThatThrownBy(() -> room.check(1_000_000, 8 * gigabyte, gigabyte, 7 * gigabyte))
        .hasMessageContaining("7,000 MB");
    assertThatThrownBy(() -> room.check(1_000_000, 8 * gigabyte, 1_000, 16 * gigabyte))
        .hasMessageContaining("1 MB in it (-Xmx)");
  }
}
