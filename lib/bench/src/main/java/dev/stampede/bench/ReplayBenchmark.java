package dev.stampede.bench;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.replay.Batch;
import dev.stampede.replay.LocalBuffer;
import dev.stampede.replay.PriorityMessage;
import dev.stampede.replay.Replay;
import dev.stampede.replay.ReplaySize;
import dev.stampede.replay.Transitions;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a prioritized memory costs: 512 of 2 million drawn and given new priorities, where an
 * observation is a single number, so that the tree and the tables are what is timed; and blocks of
 * 50 Atari transitions added, and 512 drawn with their stacks of frames. {@code mvn -q -Pjmh
 * -Djmh=ReplayBenchmark -DskipTests -pl lib/bench -am verify}
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ReplayBenchmark {
  private static final int BATCH = 512;
  private static final int BLOCK = 50;

  /** Two million transitions of one number. */
  @State(Scope.Thread)
  public static class TwoMillion {
    private static final int COUNT = 2_000_000;
    private static final Space.Box NUMBER = Space.Box.floats(1);
    private static final Space ACTIONS = new Space.Discrete(2);

    private final SplittableRandom random = new SplittableRandom(1);
    private final Replay replay = Replay.prioritized(new ReplaySize(COUNT, NUMBER, ACTIONS), 0.6);
    private final Batch batch = new Batch(BATCH, NUMBER, ACTIONS);
    private final double[] priorities = new double[BATCH];

    /** Fills it. */
    @Setup
    public void setUp() {
      var buffer = new LocalBuffer(0, 3, 0.99, NUMBER, ACTIONS, 0);
      buffer.start(Observation.of(0f));
      for (int i = 1; i <= COUNT; i++) {
        buffer.add(
            Action.of(0), new float[0], new Step(Observation.of((float) i), 1, false, false));
        if (i % BLOCK == 0) {
          Transitions block = buffer.take();
          replay.add(block, random.doubles(block.size()).toArray());
        }
      }
    }

    /** Gives its memory back. */
    @TearDown
    public void tearDown() {
      replay.close();
    }
  }

  /** Fifty thousand Atari transitions. */
  @State(Scope.Thread)
  public static class Atari {
    private static final int COUNT = 50_000;
    private static final Space.Box STACK = Space.Box.bytes(4, 84, 84);
    private static final Space ACTIONS = new Space.Discrete(18);

    private final SplittableRandom random = new SplittableRandom(1);
    private final Replay replay = Replay.prioritized(new ReplaySize(COUNT, STACK, ACTIONS), 0.6);
    private final Batch batch = new Batch(BATCH, STACK, ACTIONS);
    private final Transitions[] blocks = new Transitions[8];
    private int next;

    /** Fills it. */
    @Setup
    public void setUp() {
      byte[] stack = new byte[4 * 84 * 84];
      byte[] frame = new byte[84 * 84];
      for (int actor = 0; actor < blocks.length; actor++) {
        var buffer = new LocalBuffer(actor, 3, 0.99, STACK, ACTIONS, 0);
        buffer.start(Observation.of(stack));
        for (int i = 0; buffer.size() < BLOCK; i++) {
          System.arraycopy(stack, frame.length, stack, 0, 3 * frame.length);
          random.nextBytes(frame);
          System.arraycopy(frame, 0, stack, 3 * frame.length, frame.length);
          buffer.add(
              Action.of(i % 18), new float[0], new Step(Observation.of(stack), 1, false, false));
        }
        blocks[actor] = buffer.take();
      }
      while (replay.size() < COUNT) {
        add();
      }
    }

    private void add() {
      replay.add(blocks[next++ % blocks.length]);
      replay.removeToFit();
    }

    /** Gives its memory back. */
    @TearDown
    public void tearDown() {
      replay.close();
    }
  }

  /** Indices, weights, and a number for each observation. */
  @Benchmark
  public double draw(TwoMillion memory) {
    memory.replay.draw(BATCH, 0.4, memory.random, memory.batch);
    return memory.batch.weight(0);
  }

  /** The same, and new priorities for what was drawn. */
  @Benchmark
  public double drawAndSetPriorities(TwoMillion memory) {
    draw(memory);
    for (int j = 0; j < BATCH; j++) {
      memory.priorities[j] = memory.random.nextDouble();
    }
    memory.replay.set(PriorityMessage.of(memory.batch, memory.priorities));
    return memory.priorities[0];
  }

  /** 512 drawn with both stacks of each: 29 MB. */
  @Benchmark
  public double drawAtari(Atari memory) {
    memory.replay.draw(BATCH, 0.4, memory.random, memory.batch);
    return memory.batch.weight(0);
  }

  /** Fifty Atari transitions added to a full memory, the oldest removed. */
  @Benchmark
  public long addAtari(Atari memory) {
    memory.add();
    return memory.next;
  }
}
