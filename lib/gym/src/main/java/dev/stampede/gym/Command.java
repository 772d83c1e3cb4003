package dev.stampede.gym;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A command line, run to its end.
 *
 * @param words the program and its arguments
 */
record Command(List<String> words) {
  private static final int LINES_KEPT = 50;

  /**
   * How a command ended.
   *
   * @param exitCode 0 if all went well
   * @param lastLines the end of what it printed, on stdout and stderr
   */
  record Result(int exitCode, List<String> lastLines) {
    List<String> lastLines(int n) {
      return lastLines.subList(Math.max(0, lastLines.size() - n), lastLines.size());
    }
  }

  Command(Object... words) {
    this(Arrays.stream(words).map(Object::toString).toList());
  }

  /** Runs it in silence; see {@link #run(Map, Duration, Consumer)}. */
  Result run(Map<String, String> environment, Duration limit)
      throws IOException, InterruptedException {
    return run(environment, limit, line -> {});
  }

  /**
   * Runs it with these environment variables only.
   *
   * @param listener takes each line as it is printed, on another thread
   * @throws IOException if it cannot be started or takes longer than {@code limit}
   */
  Result run(Map<String, String> environment, Duration limit, Consumer<String> listener)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(words).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().putAll(environment);
    // uv brings certificates of its own; behind a company's proxy only the system's are right, as
    // pip takes them.
    for (String name : List.of("UV_SYSTEM_CERTS", "UV_NATIVE_TLS")) { // by uv's version
      builder.environment().putIfAbsent(name, "true");
    }
    Process process = builder.start();
    Deque<String> lines = new ArrayDeque<>();
    var reader = new Thread(() -> readLines(process, lines, listener), "stampede-command");
    reader.setDaemon(true);
    try {
      process.getOutputStream().close();
      reader.start();
      if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IOException("gave up after " + limit.toSeconds() + " s: " + this);
      }
      reader.join(1_000); // A grandchild may keep the pipe open.
      synchronized (lines) {
        return new Result(process.exitValue(), List.copyOf(lines));
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void readLines(Process process, Deque<String> lines, Consumer<String> listener) {
    try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        listener.accept(line);
        synchronized (lines) {
          lines.addLast(line);
          if (lines.size() > LINES_KEPT) {
            lines.removeFirst();
          }
        }
      }
    } catch (IOException e) {
      // It was killed; what it said until then is kept.
    }
  }

  /** As it is typed in a shell. */
  @Override
  public String toString() {
    return words.stream()
        .map(word -> word.matches("[\\w@%+=:,./\\\\-]+") ? word : "\"" + word + "\"")
        .reduce((a, b) -> a + " " + b)
        .orElse("");
  }
}
