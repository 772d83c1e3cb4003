package dev.stampede.bench;

import static java.util.stream.Collectors.joining;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentBatch;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * What a step of environments in other processes costs, without learning. For Linux; bridge.py runs
 * it beside plain Python.
 *
 * <p>{@code -Dstampede.workers=N} sets how many processes serve the environments.
 */
public final class BridgeSpeed {
  private static final int ACTIONS = 10_007;
  private static final Duration WARM_UP =
      Duration.ofSeconds(10); // The compiler's, at 1 000 calls a second.

  private static final LongAdder steps = new LongAdder();
  private static volatile boolean running = true;
  private static volatile long sink;

  private BridgeSpeed() {}

  /**
   * Prints one line, {@code RESULT}, then names and values.
   *
   * @param arguments environment; how many of them; seconds to measure; {@code together} (one
   *     thread, one call for many) or {@code apart} (a thread for each); µs of work that each
   *     thread does between two steps, 0 if not given. Instead of seconds {@code turns}: prints the
   *     worker's Python, then reads two numbers from each line, slices and rounds, steps all
   *     environments so many rounds in each slice and prints the nanoseconds that each took
   */
  public static void main(String[] arguments) throws Exception {
    String id = arguments[0];
    int n = Integer.parseInt(arguments[1]);
    boolean inTurns = arguments[2].equals("turns");
    boolean together = arguments[3].equals("together");
    long loops = arguments.length < 5 ? 0 : loops(1_000 * Long.parseLong(arguments[4]));
    try (EnvironmentFactory factory =
        together
            ? Environments.openForBatch(id, n, System.err::println)
            : Environments.open(id, n, System.err::println)) {
      List<Environment> environments =
          IntStream.range(0, n).mapToObj(e -> factory.create(Purpose.TRAINING)).toList();
      List<Player> players =
          together
              ? List.of(all(environments, factory.batch(environments).orElseThrow()))
              : IntStream.range(0, n).mapToObj(e -> one(environments.get(e), e)).toList();
      if (inTurns) {
        takeTurns(players);
      } else {
        playAtOnce(players, n, loops, (long) (1e9 * Double.parseDouble(arguments[2])));
      }
    }
  }

  /** Steps one environment or many, with their next actions. */
  private interface Player {
    int environments();

    void step();
  }

  private static void takeTurns(List<Player> players) throws IOException {
    System.out.println(commandLine(workers().get(0))[0]);
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      String[] words = line.split(" ", 2);
      int rounds = Integer.parseInt(words[1]);
      long[] took = new long[Integer.parseInt(words[0])];
      for (int slice = 0; slice < took.length; slice++) {
        long start = System.nanoTime();
        for (int i = 0; i < rounds; i++) {
          players.forEach(Player::step);
        }
        took[slice] = System.nanoTime() - start;
      }
      System.out.println(Arrays.stream(took).mapToObj(Long::toString).collect(joining(" ")));
    }
  }

  private static void playAtOnce(List<Player> players, int n, long loops, long nanos)
      throws IOException, InterruptedException {
    List<Thread> threads = players.stream().map(player -> thread(player, loops)).toList();
    threads.forEach(Thread::start);
    Thread.sleep(WARM_UP.toMillis());
    measure(n, nanos);
    running = false;
    for (Thread thread : threads) {
      thread.join();
    }
  }

  private static List<ProcessHandle> workers() {
    return ProcessHandle.current().children().filter(BridgeSpeed::isWorker).toList();
  }

  private static void measure(int n, long nanos) throws IOException, InterruptedException {
    List<ProcessHandle> java = List.of(ProcessHandle.current());
    List<ProcessHandle> python = workers();
    double javaBefore = cpuSeconds(java);
    double pythonBefore = cpuSeconds(python);
    long before = steps.sum();
    long start = System.nanoTime();
    Thread.sleep(nanos / 1_000_000);
    double seconds = (System.nanoTime() - start) / 1e9;
    double done = steps.sum() - before;
    System.out.printf(
        Locale.ROOT,
        "RESULT environments=%d workers=%d steps_per_s=%.1f us_per_step=%.3f java_cpu_us=%.2f"
            + " python_cpu_us=%.2f workers_mb=%.0f python=%s%n",
        n,
        python.size(),
        done / seconds,
        seconds / done * 1e6,
        (cpuSeconds(java) - javaBefore) / done * 1e6,
        (cpuSeconds(python) - pythonBefore) / done * 1e6,
        pssMegabytes(python),
        python.isEmpty() ? "none" : commandLine(python.get(0))[0]);
  }

  private static Thread thread(Player player, long loops) {
    return new Thread(
        () -> {
          while (running) {
            player.step();
            work(loops);
            steps.add(player.environments());
          }
        });
  }

  private static Player one(Environment environment, int seed) {
    ByteBuffer copy = ByteBuffer.allocateDirect(environment.reset(seed).bytes());
    Action[] actions = actions(environment.actionSpace(), seed);
    return new Player() {
      private int next;

      @Override
      public int environments() {
        return 1;
      }

      @Override
      public void step() {
        Step step = environment.step(actions[next]);
        next = (next + 1) % ACTIONS;
        step.observation().copyTo(copy.clear());
        if (step.last()) {
          environment.reset();
        }
      }
    };
  }

  private static Player all(List<Environment> environments, EnvironmentBatch batch) {
    int n = environments.size();
    Action[][] actions = new Action[n][];
    int bytes = 0;
    for (int e = 0; e < n; e++) {
      bytes = environments.get(e).reset(e).bytes();
      actions[e] = actions(environments.get(e).actionSpace(), e);
    }
    ByteBuffer copy = ByteBuffer.allocateDirect(bytes);
    Action[] now = new Action[n];
    return new Player() {
      private int next;

      @Override
      public int environments() {
        return n;
      }

      @Override
      public void step() {
        for (int e = 0; e < n; e++) {
          now[e] = actions[e][next];
        }
        next = (next + 1) % ACTIONS;
        List<Step> done = batch.stepBeforeReset(Arrays.asList(now));
        List<Integer> over = new ArrayList<>();
        for (int e = 0; e < n; e++) {
          done.get(e).observation().copyTo(copy.clear());
          if (done.get(e).last()) {
            over.add(e);
          }
        }
        if (!over.isEmpty()) {
          batch.reset(over);
        }
      }
    };
  }

  /** The same as in plain_steps.py. */
  private static Action[] actions(Space space, int seed) {
    Action[] actions = new Action[ACTIONS];
    for (int i = 0; i < ACTIONS; i++) {
      int number = (int) (((long) i * i + i / 7 + seed) % 11);
      if (space instanceof Space.Discrete discrete) {
        actions[i] = Action.of(number % discrete.n());
      } else {
        float[] numbers = new float[space.size()];
        Arrays.fill(numbers, (float) (number / 11.0 - 0.5));
        actions[i] = Action.of(numbers);
      }
    }
    return actions;
  }

  private static void work(long loops) {
    long x = sink;
    for (long i = 0; i < loops; i++) {
      x += i * x + 1;
    }
    sink = x;
  }

  /** How many loops take this long on a core of one's own. */
  private static long loops(long nanos) {
    long sample = 20_000_000;
    long took = 1;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      work(sample);
      took = System.nanoTime() - start;
    }
    return nanos * sample / took;
  }

  static boolean isWorker(ProcessHandle process) {
    try {
      return Arrays.asList(commandLine(process)).contains("stampede_worker");
    } catch (IOException e) {
      return false; // It has ended.
    }
  }

  /** The words that started a process, the program itself first. For Linux. */
  static String[] commandLine(ProcessHandle process) throws IOException {
    byte[] line = Files.readAllBytes(Path.of("/proc/" + process.pid() + "/cmdline"));
    return new String(line, StandardCharsets.UTF_8).split("\0", -1);
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

  /** Proportional set size: a page that several processes share counts once. */
  private static double pssMegabytes(List<ProcessHandle> processes) throws IOException {
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
    return kilobytes / 1024.0;
  }
}
