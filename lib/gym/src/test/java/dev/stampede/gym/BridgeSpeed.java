package dev.stampede.gym;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * Measures what a step costs: {@code BridgeSpeed <id> <threads> <µs of work between steps>
 * <seconds>}, with {@code -Dstampede.workers=<n>}. A main program for Linux, no test.
 */
final class BridgeSpeed {
  private static final LongAdder steps = new LongAdder();
  private static volatile long sink;

  private BridgeSpeed() {}

  public static void main(String[] arguments) throws Exception {
    String id = arguments[0];
    int threads = Integer.parseInt(arguments[1]);
    long loops = loops(Duration.ofNanos(1_000 * Long.parseLong(arguments[2])));
    EnvironmentFactory factory = Environments.open(id, threads, System.out::println);
    var ready = new CountDownLatch(threads);
    for (int seed = 0; seed < threads; seed++) {
      Environment environment = factory.create(Purpose.TRAINING);
      var random = new SplittableRandom(seed);
      Thread thread = new Thread(() -> play(environment, random, loops, ready));
      thread.setDaemon(true);
      thread.start();
    }
    ready.await();
    Thread.sleep(2_000); // The compiler's time.

    var java = List.of(ProcessHandle.current());
    var python = ProcessHandle.current().children().toList();
    double javaBefore = cpuSeconds(java);
    double pythonBefore = cpuSeconds(python);
    long before = steps.sum();
    long start = System.nanoTime();
    Thread.sleep(1_000 * Long.parseLong(arguments[3]));
    double seconds = (System.nanoTime() - start) / 1e9;
    double n = steps.sum() - before;
    System.out.printf(
        "%s: %d threads, %d workers: %.0f steps/s, %.1f µs each; CPU per step: Java %.1f µs,"
            + " Python %.1f µs; PSS of the workers %d MB%n",
        id,
        threads,
        python.size(),
        n / seconds,
        threads * seconds / n * 1e6,
        (cpuSeconds(java) - javaBefore) / n * 1e6,
        (cpuSeconds(python) - pythonBefore) / n * 1e6,
        pssMegabytes(python));
    System.exit(0);
  }

  private static void play(
      Environment environment, SplittableRandom random, long loops, CountDownLatch ready) {
    Observation first = environment.reset(random.nextInt(1_000));
    ByteBuffer copy = ByteBuffer.allocateDirect(first.bytes());
    float[] numbers = new float[environment.actionSpace().size()];
    ready.countDown();
    while (true) {
      Step step =
          environment.step(
              environment.actionSpace() instanceof Space.Discrete discrete
                  ? Action.of(random.nextInt(discrete.n()))
                  : Action.of(numbers));
      step.observation().copyTo(copy.clear());
      if (step.last()) {
        environment.reset();
      }
      work(loops);
      steps.increment();
    }
  }

  private static void work(long loops) {
    long x = sink;
    for (long i = 0; i < loops; i++) {
      x += i * x + 1;
    }
    sink = x;
  }

  /** How many loops take this long on a core of one's own. */
  private static long loops(Duration time) {
    long nanos = 1;
    long sample = 20_000_000;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      work(sample);
      nanos = System.nanoTime() - start;
    }
    return time.toNanos() * sample / nanos;
  }

  private static double cpuSeconds(List<ProcessHandle> processes) throws IOException {
    double ticks = 0;
    for (ProcessHandle process : processes) {
      String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      ticks += Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
    return ticks / 100;
  }

  private static long pssMegabytes(List<ProcessHandle> processes) throws IOException {
    long kilobytes = 0;
    for (ProcessHandle process : processes) {
      try (Stream<String> lines =
          Files.lines(Path.of("/proc/" + process.pid() + "/smaps_rollup"))) {
        kilobytes +=
            lines
                .filter(line -> line.startsWith("Pss:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D+", "")))
                .sum();
      }
    }
    return kilobytes / 1024;
  }
}
