package dev.stampede.bench;

import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import dev.stampede.env.RawEnvironment;
import dev.stampede.record.RolloutFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Writes rollouts of many environments, one process for all; parity.py holds them against plain
 * Python.
 *
 * <p>Reads lines, four fields with tabs between them: environment, seeds with commas between them,
 * steps, and the beginning of a file's name, to which the seed is added. Answers each with a line:
 * {@code ok} and the worker's Python interpreter, or {@code failed} and why, again with a tab
 * between. For Linux.
 */
public final class Parity {
  private Parity() {}

  /**
   * @param arguments none
   */
  public static void main(String[] arguments) throws IOException {
    var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      System.out.println(answer(line.split("\t", -1)));
    }
  }

  private static String answer(String[] fields) {
    try (EnvironmentFactory factory = Environments.open(fields[0], 1, System.err::println)) {
      for (String seed : fields[1].split(",", -1)) {
        try (RawEnvironment environment = factory.raw(false)) {
          int steps = Integer.parseInt(fields[2]);
          Path file = Path.of(fields[3] + seed);
          RolloutFile.write(environment, Long.parseLong(seed), steps, Optional.empty(), file);
        }
      }
      return "ok\t" + python();
    } catch (IOException | RuntimeException e) {
      List<String> trace = String.valueOf(e.getMessage()).strip().lines().toList();
      return "failed\t" + trace.get(trace.size() - 1);
    }
  }

  /** The interpreter of the workers, in the virtual environment that they use. */
  private static String python() throws IOException {
    List<ProcessHandle> workers =
        ProcessHandle.current().children().filter(BridgeSpeed::isWorker).toList();
    return workers.isEmpty() ? "" : BridgeSpeed.commandLine(workers.get(0))[0];
  }
}
