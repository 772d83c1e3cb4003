package dev.stampede.gym;

import static java.util.stream.Collectors.joining;

import dev.stampede.gym.WorkerConnections.NoAnswer;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import py4j.Protocol;

/**
 * A connection to a worker for the calls that come thousands of times a second.
 *
 * <p>They are Py4J's calls, over pipes or behind Py4J's check of the token. But their bytes are
 * made once, and calling and waiting are two things, so that one thread can have several workers
 * step. Belongs to one thread at a time, but for {@link #answered}.
 */
final class Doorbell implements AutoCloseable {
  private static final byte[] DONE = "!yn\n".getBytes(StandardCharsets.UTF_8);
  private static final String TOKEN_TAKEN = "!yv";

  /** About two microseconds. */
  private static final int MOST_PAUSES = 50;

  private static final byte[] KNOCK = "k\ne\n".getBytes(StandardCharsets.UTF_8);

  /** In nanoseconds. */
  private static final long LONGEST_SLEEP = 1_000_000;

  /** In nanoseconds; a thread wakes up in less, also where idle cores are slow to. */
  private static final long WAKING_UP = 100_000;

  /** In nanoseconds: shorter steps are waited for awake, if that takes nothing from the worker. */
  private static final long WORTH_SLEEPING = Platform.coresHaveSiblings() ? 0 : 2_000_000;

  private final Closeable connection;
  private final OutputStream out;
  private final InputStream in;
  private final long spin;
  private final boolean fast;
  private final @Nullable Mailbox mailbox;
  private final BooleanSupplier alive;
  private final ReentrantLock reading = new ReentrantLock();
  private byte[] buffer = new byte[1024];
  private boolean stepping;
  private volatile @Nullable Mailbox calledIn;
  private long usualStep;

  /**
   * Connects to the worker that listens on this port.
   *
   * @param spin for how long an answer is looked for before this thread sleeps
   * @throws IOException if it does not answer or refuses the token
   */
  Doorbell(int port, String token, Duration spin) throws IOException {
    this.spin = spin.toNanos();
    this.fast = false;
    this.mailbox = null;
    this.alive = () -> true; // The connection says so.
    var socket = new Socket(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port);
    connection = socket;
    try {
      socket.setTcpNoDelay(true);
      out = socket.getOutputStream();
      in = socket.getInputStream();
      ring(Protocol.getAuthCommand(token).getBytes(StandardCharsets.UTF_8), false);
      String answer = line();
      if (!TOKEN_TAKEN.equals(answer)) {
        throw new IOException("the worker refused the token and said " + answer);
      }
    } catch (IOException e) {
      close();
      throw e;
    }
  }

  /**
   * Takes over the pipes to a process that this one has started, which need no token and cost a
   * fraction of a socket's time.
   *
   * @param mailbox of that process, which costs a fraction of a pipe's time; none without spin
   */
  Doorbell(Process process, Optional<Mailbox> mailbox, Duration spin) {
    this.spin = spin.toNanos();
    this.fast = true;
    this.mailbox = mailbox.orElse(null);
    this.alive = process::isAlive;
    this.connection = process.getOutputStream();
    this.out = process.getOutputStream();
    this.in = process.getInputStream();
  }

  /** Whether it should be used before others. */
  boolean isFast() {
    return fast;
  }

  /** A call of {@link PythonWorker}'s for one slot, as it crosses the connection. */
  static byte[] call(String method, int slot) {
    return bytes(method, "i" + slot);
  }

  /** A call for several slots, given as {@link #numbers}. */
  static byte[] call(String method, String slots) {
    return bytes(method, "s" + slots);
  }

  /** The numbers of slots as calls for several have them. */
  static String numbers(IntStream slots) {
    return slots.mapToObj(String::valueOf).collect(joining(" "));
  }

  private static byte[] bytes(String method, String argument) {
    return ("c\n" + WorkerProcess.ENTRY_POINT + "\n" + method + "\n" + argument + "\ne\n")
        .getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Sends a call. Its answer has to be waited for before the next one.
   *
   * @param step whether it takes about as long as the step before
   */
  void ring(byte[] call, boolean step) throws IOException {
    stepping = step;
    if (mailbox == null || !mailbox.holds(call)) {
      calledIn = null;
      send(call);
    } else {
      calledIn = mailbox;
      if (mailbox.put(call)) {
        send(KNOCK);
      }
    }
  }

  private void send(byte[] message) throws IOException {
    out.write(message);
    out.flush();
  }

  /**
   * Whether the answer to the last call, or a part of it, has come and nobody reads it. For any
   * thread.
   */
  boolean answered() {
    Mailbox here = calledIn;
    if (here != null && !(here.answered() && here.answerFollows())) {
      return here.answered();
    }
    if (!reading.tryLock()) { // A stream of a process would have us wait for its reader.
      return false;
    }
    try {
      return in.available() > 0;
    } catch (IOException e) {
      return false;
    } finally {
      reading.unlock();
    }
  }

  /**
   * Waits for the answer to the last call.
   *
   * @return null if the call gave back nothing, otherwise a text or an error in Py4J's words
   * @throws IOException if the worker has closed the connection
   * @throws NoAnswer if it says something that is no answer
   */
  @Nullable String answer() throws IOException {
    Mailbox here = calledIn;
    lookForAnswer(here);
    if (here != null && !here.answerFollows()) {
      return null;
    }
    String line;
    reading.lock();
    try {
      line = line();
    } finally {
      reading.unlock();
    }
    return line == null ? null : WorkerConnections.answer(line);
  }

  /**
   * Looking costs the worker some of its speed where two cores share their parts, so that this
   * thread pauses between looks and sleeps for most of a step that takes long. Elsewhere the step
   * has to take longer for that: a thread that has slept finds nothing in its caches.
   */
  private void lookForAnswer(@Nullable Mailbox here) throws IOException {
    if (spin == 0) {
      return;
    }
    long start = System.nanoTime();
    long asleep = usualStep * 3 / 4 - WAKING_UP;
    if (stepping && asleep > 0 && usualStep > WORTH_SLEEPING) {
      LockSupport.parkNanos(asleep);
      if (hasCome(here)) { // Perhaps for long.
        usualStep -= usualStep / 8;
      }
    }
    for (int pauses = 0; !hasCome(here) && System.nanoTime() - start < spin; pauses++) {
      Thread.yield(); // To the worker, if it waits for this core.
      for (int i = 0;
          i < Math.min(pauses, MOST_PAUSES) && (here == null || !here.answered());
          i++) {
        Thread.onSpinWait();
      }
    }
    if (here != null) {
      waitFor(here, start);
    }
    if (stepping) { // Nearly the shortest of late: asleep, it would be noticed too late.
      long took = System.nanoTime() - start;
      usualStep = Math.min(took, usualStep + (took - usualStep) / 32);
    }
  }

  private boolean hasCome(@Nullable Mailbox here) throws IOException {
    return here == null ? in.available() > 0 : here.answered();
  }

  /** Nobody wakes this thread up, which therefore looks again and again, if not often. */
  private void waitFor(Mailbox here, long start) throws IOException {
    boolean interrupted = false;
    try {
      while (!here.answered()) {
        if (!alive.getAsBoolean() && !here.answered()) {
          throw new EOFException("the worker has ended");
        }
        interrupted |= Thread.interrupted(); // It would not let this thread sleep.
        LockSupport.parkNanos(Math.min((System.nanoTime() - start) / 64, LONGEST_SLEEP));
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** A line without its end; null for the answer that nearly all calls get. */
  private @Nullable String line() throws IOException {
    int length = 0;
    do {
      if (length == buffer.length) {
        if (length > WorkerConnections.LONGEST_ANSWER) {
          throw new NoAnswer("expected a line but got " + length + " bytes without an end");
        }
        buffer = Arrays.copyOf(buffer, 2 * length);
      }
      int n = in.read(buffer, length, buffer.length - length);
      if (n < 0) {
        throw new EOFException("the worker closed the connection");
      }
      length += n;
    } while (buffer[length - 1] != '\n');
    if (Arrays.equals(buffer, 0, length, DONE, 0, DONE.length)) {
      return null;
    }
    String line = new String(buffer, 0, length - 1, StandardCharsets.UTF_8);
    if (line.indexOf('\n') >= 0) {
      throw new NoAnswer("expected one line but got " + line.lines().count());
    }
    return line;
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (IOException e) {
      // Nobody waits for it any more.
    }
  }
}
