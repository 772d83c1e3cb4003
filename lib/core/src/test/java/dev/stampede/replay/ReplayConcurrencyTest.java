package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ReplayConcurrencyTest {
  private static final long NANOS = TimeUnit.SECONDS.toNanos(3);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean enough = new AtomicBoolean();

  @AfterEach
  void stop() {
    enough.set(true);
    threads.shutdownNow();
  }

  /** Writers go round the slots all the time, so that the reader is overtaken again and again. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothing_that_is_drawn_was_ever_torn(boolean inFile, @TempDir Path folder) throws Exception {
    try (Replay replay = Replay.prioritized(size(inFile, folder), 0.6)) {
      replay.add(new Hashed(9).block(50));
      List<Future<Boolean>> writers = writers(replay, 3);

      long drawn = readUntil(replay, System.nanoTime() + NANOS);

      enough.set(true);
      for (Future<Boolean> writer : writers) {
        writer.get();
      }
      assertThat(drawn).isGreaterThan(100);
      assertThat(replay.added()).isGreaterThan(3 * 1100); // each slot several times
    }
  }

  private static ReplaySize size(boolean inFile, Path folder) {
    return new ReplaySize(
        100,
        Hashed.STACK,
        Hashed.ACTIONS,
        inFile ? Optional.of(folder.resolve("replay")) : Optional.empty());
  }

  private List<Future<Boolean>> writers(Replay replay, int count) {
    List<Future<Boolean>> writers = new ArrayList<>();
    for (int actor = 0; actor < count; actor++) {
      Hashed steps = new Hashed(actor);
      SplittableRandom random = new SplittableRandom(actor);
      Callable<Boolean> writer =
          () -> {
            while (!enough.get()) {
              Transitions block = steps.block(50);
              replay.add(block, random.doubles(block.size(), 0, 2).toArray());
            }
            return true;
          };
      writers.add(threads.submit(writer));
    }
    return writers;
  }

  /** Draws and sets priorities as a learner does, and looks at every byte. */
  private static long readUntil(Replay replay, long end) {
    Batch batch = new Batch(64, Hashed.STACK, Hashed.ACTIONS);
    SplittableRandom random = new SplittableRandom(1);
    long drawn = 0;
    while (System.nanoTime() < end) {
      replay.draw(64, 0.4, random, batch);
      for (int j = 0; j < batch.size(); j++) {
        assertThat(Hashed.wrong(batch, j)).isEmpty();
      }
      replay.set(PriorityMessage.of(batch, random.doubles(64, 0, 2).toArray()));
      replay.removeToFit();
      drawn += batch.size();
    }
    return drawn;
  }

  /** What is saved while others add is whole, too. */
  @Test
  void can_be_saved_while_others_add() throws Exception {
    ReplaySize size = size(false, Path.of("unused"));
    try (Replay replay = Replay.uniform(size);
        Replay restored = Replay.uniform(size)) {
      List<Future<Boolean>> writers = writers(replay, 2);
      Batch batch = new Batch(200, Hashed.STACK, Hashed.ACTIONS);
      for (int i = 0; i < 5; i++) {
        replay.add(new Hashed(8).block(20));
        var saved = new ByteArrayOutputStream();
        replay.save(new DataOutputStream(saved));
        restored.restore(new DataInputStream(new ByteArrayInputStream(saved.toByteArray())));

        restored.draw(200, 0, new SplittableRandom(i), batch);
        for (int j = 0; j < batch.size(); j++) {
          assertThat(Hashed.wrong(batch, j)).isEmpty();
        }
      }
      enough.set(true);
      for (Future<Boolean> writer : writers) {
        writer.get();
      }
    }
  }

  /** Closed in the middle of everything: each of the others gets an exception, the JVM lives. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void closing_ends_all_use_without_a_crash(boolean inFile, @TempDir Path folder) throws Exception {
    for (int i = 0; i < 8; i++) {
      Replay replay = Replay.uniform(size(inFile, folder));
      replay.add(new Hashed(9).block(50));
      List<Future<Boolean>> users = writers(replay, 3);
      users.add(threads.submit(() -> readUntil(replay, Long.MAX_VALUE) > 0));
      while (replay.added() < 1000L * (i % 3)) {
        Thread.onSpinWait();
      }

      replay.close();

      for (Future<Boolean> user : users) {
        assertThatThrownBy(user::get)
            .isInstanceOf(ExecutionException.class)
            .cause()
            .isInstanceOf(IllegalStateException.class)
            .hasMessageContaining("closed");
      }
      assertThat(folder).isEmptyDirectory();
    }
  }

  @Test
  void a_closed_memory_says_so_whatever_is_asked() {
    Replay replay = Replay.uniform(Small.size(10));
    replay.add(Small.block(0, 10));
    Batch batch = Small.batch(2);
    replay.draw(2, 0, new SplittableRandom(1), batch);
    replay.close();
    replay.close();

    List<Runnable> uses =
        List.of(
            () -> replay.add(Small.block(0, 1)),
            () -> replay.add(Small.block(0, 0)),
            () -> replay.set(PriorityMessage.of(batch, new double[2])),
            () -> replay.draw(1, 0, new SplittableRandom(1), batch),
            replay::removeToFit,
            replay::size,
            replay::added,
            replay::bytes,
            replay::status);
    for (Runnable use : uses) {
      assertThatThrownBy(use::run).isInstanceOf(IllegalStateException.class);
    }
  }
}
