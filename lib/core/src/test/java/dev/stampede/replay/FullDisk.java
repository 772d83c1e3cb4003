package dev.stampede.replay;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;

/** Adds to a memory in a file until no more can be written, then looks at what is there. */
final class FullDisk {
  private FullDisk() {}

  /** Prints what became of it; the file is the only argument. */
  public static void main(String[] arguments) {
    ReplaySize size =
        new ReplaySize(5000, Hashed.STACK, Hashed.ACTIONS, Optional.of(Path.of(arguments[0])));
    try (Replay replay = Replay.uniform(size)) {
      Hashed actor = new Hashed(0);
      long added = fill(replay, actor);
      Batch batch = new Batch(500, Hashed.STACK, Hashed.ACTIONS);
      replay.draw(500, 0, new SplittableRandom(1), batch);
      String wrong = "";
      for (int j = 0; j < 500; j++) {
        wrong += Hashed.wrong(batch, j);
      }
      System.out.println(added == replay.size() && wrong.isEmpty() ? "all there" : wrong);
    }
  }

  private static long fill(Replay replay, Hashed actor) {
    for (long added = 0; ; added += 50) {
      try {
        replay.add(actor.block(50));
      } catch (UncheckedIOException e) {
        System.out.println(added + " added, then: " + e.getMessage());
        return added;
      }
    }
  }
}
