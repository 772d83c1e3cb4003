package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.algorithm.MemoryUse;
import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.replay.LocalBuffer;
import dev.stampede.replay.Replay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoriesTest {
  private static final Space.Box NUMBER = Space.Box.floats(1);
  private static final Space ACTIONS = new Space.Discrete(2);
  private static final MemoryUse USE = new MemoryUse(100, 1, 1, 0.99, OptionalDouble.empty(), 1);

  @TempDir private Path folder = Path.of("");

  private static Replay memory(Memories memories, int id) throws IOException {
    return memories.of(id, USE, USE.capacity(), NUMBER, ACTIONS);
  }

  private static void add(Replay replay, int count) {
    var buffer = new LocalBuffer(0, 1, 0.99, NUMBER, ACTIONS, 0);
    buffer.start(Observation.of(0f));
    for (int i = 1; i <= count; i++) {
      buffer.add(Action.of(0), new float[0], new Step(Observation.of(i + 0f), 1, false, false));
    }
    replay.add(buffer.take());
  }

  /** Saves twice, at step 10 and at step 20, and is killed before the second is the newest. */
  private void killedBetween(int count) throws IOException {
    try (Memories memories = new Memories()) {
      memories.saveIn(folder);
      for (int id = 0; id < count; id++) {
        add(memory(memories, id), 3 + id);
      }
      memories.save(10);
      memories.keepSaved();
      for (int id = 0; id < count; id++) {
        add(memory(memories, id), 4);
      }
      memories.save(20);
    }
  }

  @ParameterizedTest
  @CsvSource({"10, 3, 4", "20, 7, 8"})
  void whichever_checkpoint_a_killed_run_goes_on_from_has_its_memories(
      long step, long ofFirst, long ofSecond) throws IOException {
    killedBetween(2);

    try (Memories memories = new Memories()) {
      assertThat(memories.restoreFrom(folder, step, 2)).isTrue();
      assertThat(memory(memories, 0).size()).isEqualTo(ofFirst);
      assertThat(memory(memories, 1).size()).isEqualTo(ofSecond);
      assertThat(memories.restored()).isEqualTo(ofFirst + ofSecond);
    }
  }

  @Test
  void a_run_that_is_killed_twice_has_them_too() throws IOException {
    killedBetween(1);
    try (Memories memories = new Memories()) {
      memories.restoreFrom(folder, 20, 1);
      memories.saveIn(folder);
      add(memory(memories, 0), 5);
      memories.save(30);
    }

    try (Memories memories = new Memories()) {
      assertThat(memories.restoreFrom(folder, 20, 1)).isTrue();
      assertThat(memory(memories, 0).size()).isEqualTo(7);
    }
  }

  @Test
  void where_one_of_them_is_missing_none_is_filled() throws IOException {
    killedBetween(2);
    Files.delete(folder.resolve("replay-1.bin"));

    try (Memories memories = new Memories()) {
      assertThat(memories.restoreFrom(folder, 10, 2)).isFalse();
      assertThat(memory(memories, 0).size()).isZero();
      assertThat(memories.restored()).isZero();
    }
  }

  @Test
  void a_damaged_one_is_refused_with_what_to_do() throws IOException {
    killedBetween(1);
    Path file = folder.resolve("replay-0.bin");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

    try (Memories memories = new Memories()) {
      assertThat(memories.restoreFrom(folder, 10, 1)).isTrue();
      assertThatThrownBy(() -> memory(memories, 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("replay-0.bin cannot be read")
          .hasMessageContaining("remove that file to go on with an empty memory");
    }
  }

  @Test
  void an_earlier_runs_files_are_removed() throws IOException {
    killedBetween(2);

    Memories.deleteAll(folder);

    assertThat(folder).isEmptyDirectory();
  }
}
