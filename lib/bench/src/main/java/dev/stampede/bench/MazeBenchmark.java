package dev.stampede.bench;

import dev.stampede.env.Action;
import dev.stampede.env.Frame;
import dev.stampede.env.Step;
import dev.stampede.env.maze.Maze;
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
import org.openjdk.jmh.annotations.Warmup;

/** Steps of the maze a second on one core, pictures included, under random actions. */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MazeBenchmark {
  private final Maze maze = new Maze();
  private SplittableRandom random = new SplittableRandom(1);

  /** Starts an episode. */
  @Setup
  public void setUp() {
    random = new SplittableRandom(1);
    maze.reset(1);
  }

  /** One step, and now and then a new maze. */
  @Benchmark
  public Step step() {
    Step step = maze.step(Action.of(random.nextInt(8)));
    if (step.last()) {
      maze.reset();
    }
    return step;
  }

  /** The picture for people. */
  @Benchmark
  public Frame render() {
    return maze.render();
  }
}
