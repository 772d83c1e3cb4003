package dev.stampede.gym;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;

import dev.stampede.env.EnvironmentException;
import dev.stampede.gym.WorkerConnections.BoundedReader;
import dev.stampede.gym.WorkerConnections.NoAnswer;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import py4j.GatewayServer;
import py4j.Protocol;
import py4j.Py4JException;
import py4j.Py4JNetworkException;
import py4j.reflection.PythonProxyHandler;

/**
 * One Python process and the connection to it, from its start to its death.
 *
 * <p>Any number of threads may call; the worker serves them in turn on its main thread. A call that
 * lasts too long kills the process.
 */
final class WorkerProcess implements AutoCloseable {

  /**
   * How workers are started.
   *
   * @param python the interpreter
   * @param modules where Python looks for modules first; the worker's own code is in one of them
   * @param stepLimit the longest step that is waited for
   * @param spin for how long both sides look for the other's word before they sleep: waking up
   *     takes longer than a step of CartPole, but whoever looks keeps a core busy
   */
  record Launch(Path python, List<Path> modules, Duration stepLimit, Duration spin) {

    /** The same, without looking before sleeping. */
    Launch withoutSpin() {
      return new Launch(python, modules, stepLimit, Duration.ZERO);
    }

    /** Starting, making and resetting may take longer: imports, files to load. */
    Duration makeLimit() {
      Long seconds = Long.getLong(MAKE_LIMIT);
      if (seconds != null) {
        return Duration.ofSeconds(seconds);
      }
      Duration limit = stepLimit.multipliedBy(2);
      return limit.compareTo(SHORTEST_MAKE_LIMIT) < 0 ? SHORTEST_MAKE_LIMIT : limit;
    }
  }

  static final String STEP_LIMIT = "stampede.step.timeout";
  static final String MAKE_LIMIT = "stampede.make.timeout";

  private static final Duration SHORTEST_MAKE_LIMIT = Duration.ofMinutes(1);
  private static final Pattern PORT =
      Pattern.compile("\\{\"port\": *(\\d{1,5})(?:, *\"mailbox\": *\"([^\"]+)\")?}");
  private static final int LONGEST_GREETING = 1_000;
  private static final Set<Integer> KILL_AND_TERMINATE = Set.of(9, 15);
  private static final String PY4J_PREFIX = "Return Message: ";
  static final String ENTRY_POINT = "t";

  /**
   * Workers ask Linux to be killed when the thread that started them ends; this one does not end
   * before the JVM does.
   */
  private static final ExecutorService LAUNCHER =
      Executors.newSingleThreadExecutor(task -> daemon("stampede-launcher", task));

  private static final ScheduledExecutorService WATCH =
      Executors.newSingleThreadScheduledExecutor(task -> daemon("stampede-watch", task));

  private final Process process;
  private final Tail stderr;
  private final Duration stepLimit;
  private final Duration makeLimit;
  private final Duration spin;
  private final Map<Thread, Deadline> deadlines = new ConcurrentHashMap<>();
  private final Future<?> watch;
  private final WorkerConnections connections;
  private final PythonWorker python;
  private final int port;
  private final String token;
  private final Optional<Mailbox> mailbox;
  private final Deque<Doorbell> idle = new ConcurrentLinkedDeque<>();
  private final AtomicInteger environments = new AtomicInteger();
  private volatile @Nullable Duration missed;
  private volatile long lastAnswer = System.nanoTime();
  private volatile boolean dead;
  private volatile boolean retired;
  private @Nullable WorkerDied death;

  /**
   * Starts a process and connects to it.
   *
   * @throws WorkerDied if somebody kills it meanwhile
   * @throws EnvironmentException if it cannot be started or ends before it is ready
   */
  WorkerProcess(Launch launch) throws WorkerDied {
    this.stepLimit = launch.stepLimit();
    this.makeLimit = launch.makeLimit();
    this.spin = launch.spin();
    this.process = start(launch);
    this.stderr = new Tail(process.getErrorStream(), "stampede-worker-" + process.pid());
    this.watch = WATCH.scheduleWithFixedDelay(this::killIfHung, 100, 100, TimeUnit.MILLISECONDS);
    GatewayServer.turnLoggingOff();
    this.token = newToken();
    try {
      Matcher greeting = greet();
      this.port = Integer.parseInt(greeting.group(1));
      this.mailbox = Mailbox.at(greeting.group(2));
      this.connections = new WorkerConnections(port, token);
      if (Platform.pipesCanBePolled()) {
        putBack(new Doorbell(process, mailbox, spin));
      }
    } catch (WorkerDied e) {
      watch.cancel(false);
      String message = e.getMessage() + " before it was ready";
      if (e.fromOutside()) {
        throw new WorkerDied(message, true);
      }
      throw new EnvironmentException(message + ":\n" + stderr(), e);
    }
    this.python =
        (PythonWorker)
            Proxy.newProxyInstance(
                PythonWorker.class.getClassLoader(),
                new Class<?>[] {PythonWorker.class},
                new PythonProxyHandler(ENTRY_POINT, connections.getGateway()));
  }

  long pid() {
    return process.pid();
  }

  /** Whether calls and answers cross in memory while both sides look for them. */
  boolean hasMailbox() {
    return mailbox.isPresent();
  }

  /**
   * Makes an environment in a new slot.
   *
   * @return see {@link PythonWorker#make}
   * @throws IllegalArgumentException if Python knows no environment of this name
   * @throws EnvironmentException if it cannot be made
   */
  String make(int slot, String spec, String directories) throws WorkerDied {
    String description = text(call(makeLimit, () -> python.make(slot, spec, directories)));
    environments.incrementAndGet();
    return description;
  }

  /** Has environments that are alike step in columns; see {@link PythonWorker#batch}. */
  String batch(String slots, String directories) throws WorkerDied {
    return text(call(makeLimit, () -> python.batch(slots, directories)));
  }

  /** Sends a call that resets so many environments; to be {@linkplain #answer answered}. */
  Doorbell ringForReset(byte[] call, int environments) throws WorkerDied {
    Duration limit = makeLimit.multipliedBy(environments);
    return ring(() -> limit, call, false);
  }

  /** Sends a call that steps so many environments; to be {@linkplain #answer answered}. */
  Doorbell ringForStep(byte[] call, int environments) throws WorkerDied {
    return ringForStep(call, environments, () -> 0);
  }

  /**
   * Sends a call that steps so many environments and then resets some of them.
   *
   * @param resets how many, as far as is known; asked by another thread during the call
   */
  Doorbell ringForStep(byte[] call, int environments, IntSupplier resets) throws WorkerDied {
    return ring(
        () -> stepLimit.multipliedBy(environments).plus(makeLimit.multipliedBy(resets.getAsInt())),
        call,
        true);
  }

  /**
   * Waits for the answer to a call that the same thread has sent. Each one must be waited for.
   *
   * @return as the method of {@link PythonWorker} answers
   * @throws EnvironmentException with Python's traceback if the environment raised an exception
   */
  @Nullable String answer(Doorbell bell) throws WorkerDied {
    try {
      String answer = bell.answer();
      putBack(bell);
      return answer == null ? null : value(answer);
    } catch (IOException | NoAnswer e) {
      WorkerDied how = died(e);
      bell.close(); // Not earlier: a worker ends when its stdin is closed.
      throw how;
    } catch (Py4JException e) {
      throw failure(e);
    } finally {
      end();
    }
  }

  @Nullable String reset(int slot, int seed) throws WorkerDied {
    return call(makeLimit, () -> python.resetWithSeed(slot, seed));
  }

  @Nullable String reset(int slot, String seed, String options) throws WorkerDied {
    return call(makeLimit, () -> python.resetWithOptions(slot, seed, options));
  }

  @Nullable String step(int slot, String parts) throws WorkerDied {
    return call(stepLimit, () -> python.stepWith(slot, parts));
  }

  void seedActions(int slot, long seed) throws WorkerDied {
    run(stepLimit, () -> python.seedActions(slot, Long.toString(seed)));
  }

  String sampleAction(int slot) throws WorkerDied {
    return text(call(stepLimit, () -> python.sampleAction(slot)));
  }

  String info(int slot) throws WorkerDied {
    return text(call(stepLimit, () -> python.info(slot)));
  }

  String render(int slot, String directories) throws WorkerDied {
    return text(call(makeLimit, () -> python.render(slot, directories)));
  }

  String check(int slot) throws WorkerDied {
    return text(call(makeLimit, () -> python.check(slot)));
  }

  void closeSlot(int slot) throws WorkerDied {
    try {
      run(stepLimit, () -> python.close(slot));
    } finally {
      if (environments.decrementAndGet() == 0 && retired) {
        close();
      }
    }
  }

  /** Lets the process end with the last of its environments. */
  void retire() {
    retired = true;
    if (environments.get() == 0) {
      close();
    }
  }

  /** Bytes of memory that the process has now; 0 where the system does not say. */
  long memory() {
    return Platform.memoryOf(process.pid());
  }

  /** The end of what the process wrote to stderr. */
  String stderr() {
    return stderr.text();
  }

  /** Ends the process. Calls under way end with {@link WorkerDied}. */
  @Override
  public void close() {
    dead = true;
    watch.cancel(false);
    kill();
    connections.shutdown();
    for (Doorbell bell = idle.poll(); bell != null; bell = idle.poll()) {
      bell.close();
    }
  }

  private Doorbell ring(Supplier<Duration> limit, byte[] call, boolean step) throws WorkerDied {
    begin(limit);
    Doorbell bell = idle.pollLast();
    try {
      bell = bell != null ? bell : new Doorbell(port, token, spin);
      bell.ring(call, step);
      // Who waits for another worker's answer has not read this one's yet.
      deadlines.put(Thread.currentThread(), new Deadline(System.nanoTime(), limit, bell));
      return bell;
    } catch (IOException | NoAnswer e) {
      end();
      WorkerDied how = died(e);
      if (bell != null) {
        bell.close();
      }
      throw how;
    }
  }

  private void putBack(Doorbell bell) {
    if (bell.isFast()) {
      idle.addLast(bell); // The next to be taken.
    } else {
      idle.addFirst(bell);
    }
  }

  private @Nullable String value(String answer) {
    try {
      return (String) Protocol.getReturnValue(answer, connections.getGateway());
    } catch (Py4JException e) {
      throw e;
    } catch (Throwable e) { // As Py4J declares it.
      throw new AssertionError(answer, e);
    }
  }

  private void run(Duration limit, Runnable command) throws WorkerDied {
    call(
        limit,
        () -> {
          command.run();
          return null;
        });
  }

  private static String text(@Nullable String answer) {
    if (answer == null) {
      throw new EnvironmentException(
          "the Python worker said something that cannot be understood: nothing, where it has to"
              + " answer");
    }
    return answer;
  }

  private @Nullable String call(Duration limit, Supplier<@Nullable String> question)
      throws WorkerDied {
    begin(() -> limit);
    try {
      return question.get();
    } catch (Py4JException e) {
      throw failure(e);
    } finally {
      end();
    }
  }

  private void begin(Supplier<Duration> limit) throws WorkerDied {
    if (dead) {
      throw died(new IOException("it has ended"));
    }
    deadlines.put(Thread.currentThread(), new Deadline(System.nanoTime(), limit, null));
  }

  private void end() {
    lastAnswer = System.nanoTime();
    deadlines.remove(Thread.currentThread());
  }

  private void killIfHung() {
    long now = System.nanoTime();
    deadlines.values().stream()
        .filter(deadline -> now - begun(deadline) > limit(deadline).toNanos())
        .filter(deadline -> deadline.bell() == null || !deadline.bell().answered())
        .findAny()
        .ifPresent(
            late -> {
              missed = limit(late);
              kill();
            });
  }

  /** The process serves one call after another: until it answered the last one, others waited. */
  private long begun(Deadline deadline) {
    return Math.max(deadline.start(), lastAnswer);
  }

  /** What is served before it may be something that takes longer. */
  private Duration limit(Deadline deadline) {
    return deadlines.values().stream()
        .filter(other -> other.start() <= deadline.start())
        .map(other -> other.limit().get())
        .reduce(deadline.limit().get(), (a, b) -> a.compareTo(b) > 0 ? a : b);
  }

  /**
   * Says what an exception of Py4J's means: the worker is gone, or it has answered with an error.
   */
  private RuntimeException failure(Py4JException e) throws WorkerDied {
    String message = String.valueOf(e.getMessage());
    int answer = message.indexOf(PY4J_PREFIX);
    if (e instanceof Py4JNetworkException || answer < 0) {
      throw died(e);
    }
    return failure(message.substring(answer + PY4J_PREFIX.length()));
  }

  /**
   * What to throw for an exception in Python.
   *
   * @param text as describe in slots.py says it
   */
  static RuntimeException failure(String text) {
    return text.startsWith("not found:")
        ? new IllegalArgumentException(text.substring("not found:".length()))
        : new EnvironmentException(
            "an environment failed in Python: " + text.replaceFirst("^failed:", ""));
  }

  private synchronized WorkerDied died(Exception e) {
    if (death != null) {
      return death; // Whoever notices first knows best.
    }
    dead = true;
    Optional<String> nonsense =
        Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
            .filter(NoAnswer.class::isInstance)
            .map(Throwable::getMessage)
            .findFirst();
    Duration late = missed;
    boolean killedHere = nonsense.isPresent() || !endsByItself();
    int code = killForGood();
    int signal = code - 128;
    String how =
        late != null
            ? "did not answer within %d s and was killed (-D%s; for imports, making and resetting -D%s)"
                .formatted(late.toSeconds(), STEP_LIMIT, MAKE_LIMIT)
            : nonsense.isPresent()
                ? "was killed, because of what it sent: " + nonsense.get()
                : killedHere
                    ? "closed its connection and was killed"
                    : signal > 0 ? "ended with signal " + signal : "ended with exit code " + code;
    death =
        new WorkerDied(
            "the Python worker (process " + process.pid() + ") " + how,
            late == null && !killedHere && KILL_AND_TERMINATE.contains(signal));
    return death;
  }

  /** Whether the process, which has closed its connection, ends soon. */
  private boolean endsByItself() {
    try {
      return process.waitFor(2, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Unlike {@link Process#destroyForcibly} this leaves the pipes open, which somebody may be about
   * to use: once closed, their numbers belong to the next process's.
   */
  private void kill() {
    process.toHandle().destroyForcibly();
  }

  private int killForGood() {
    kill();
    return process.onExit().join().exitValue();
  }

  private static Process start(Launch launch) {
    var builder =
        new ProcessBuilder(
            launch.python().toString(), "-u", "-P", "-X", "faulthandler", "-m", WorkerCode.PACKAGE);
    Map<String, String> environment = builder.environment();
    // The packages of the virtual environment and no others; a user's own modules are found in the
    // working directory, last.
    environment.keySet().removeAll(PythonFinder.FOREIGN);
    environment.put(
        "PYTHONPATH",
        launch.modules().stream().map(Path::toString).collect(joining(File.pathSeparator)));
    // The workers are the parallelism.
    environment.put("OMP_NUM_THREADS", "1");
    environment.put("OPENBLAS_NUM_THREADS", "1");
    environment.put("PYGAME_HIDE_SUPPORT_PROMPT", "1");
    try {
      return LAUNCHER.submit(builder::start).get();
    } catch (ExecutionException e) {
      throw new EnvironmentException("cannot start " + launch.python() + ": " + e.getCause(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EnvironmentException("interrupted while starting a Python worker", e);
    }
  }

  /** Gives the process the token and learns its port and where its mailbox is, if it has one. */
  private Matcher greet() throws WorkerDied {
    begin(() -> makeLimit);
    try {
      OutputStream stdin = process.getOutputStream();
      stdin.write(
          "{\"token\": \"%s\", \"parent\": %d, \"spin_ns\": %d, \"pipes\": %b, \"mailbox\": %b}%n"
              .formatted(
                  token,
                  ProcessHandle.current().pid(),
                  spin.toNanos(),
                  Platform.pipesCanBePolled(),
                  wantsMailbox())
              .getBytes(UTF_8));
      stdin.flush(); // And not closed as long as the worker lives, which ends when it is.
      var stdout =
          new BufferedReader(new BoundedReader(process.inputReader(UTF_8), LONGEST_GREETING));
      String line = stdout.readLine();
      if (line == null) {
        throw new IOException("it said nothing");
      }
      Matcher port = PORT.matcher(line);
      if (!port.matches() || Integer.parseInt(port.group(1)) > 65_535) {
        throw new NoAnswer("expected a port but got \"" + line + "\"");
      }
      return port;
    } catch (IOException | NoAnswer e) {
      throw died(e);
    } finally {
      end();
    }
  }

  /** Whoever sleeps at once looks into no mailbox. */
  private boolean wantsMailbox() {
    return !spin.isZero() && Platform.pipesCanBePolled() && Platform.writesAreSeenInOrder();
  }

  private static String newToken() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random);
  }

  private static Thread daemon(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** A call under way, since when, and how long it may take. */
  private record Deadline(long start, Supplier<Duration> limit, @Nullable Doorbell bell) {}

  /** The end of a stream, which is read to the last byte so that its writer never waits. */
  private static final class Tail {
    private static final int KEPT = 8192;

    private final byte[] ring = new byte[KEPT];
    private final Thread reader;
    private long written;

    Tail(InputStream stream, String name) {
      this.reader = daemon(name, () -> drain(stream));
      reader.start();
    }

    private void drain(InputStream stream) {
      byte[] buffer = new byte[KEPT];
      try {
        for (int n = stream.read(buffer); n >= 0; n = stream.read(buffer)) {
          keep(buffer, n);
        }
      } catch (IOException e) {
        // The process was killed; what it wrote until then is kept.
      }
    }

    private synchronized void keep(byte[] bytes, int n) {
      for (int i = 0; i < n; i++) {
        ring[(int) (written++ % KEPT)] = bytes[i];
      }
    }

    String text() {
      try {
        reader.join(500); // After a death: until the pipe is empty.
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      synchronized (this) {
        int n = (int) Math.min(written, KEPT);
        byte[] last = new byte[n];
        for (int i = 0; i < n; i++) {
          last[i] = ring[(int) ((written - n + i) % KEPT)];
        }
        return new String(last, UTF_8).strip();
      }
    }
  }
}
