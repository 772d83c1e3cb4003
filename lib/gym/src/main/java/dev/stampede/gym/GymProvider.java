package dev.stampede.gym;

import com.sun.management.OperatingSystemMXBean;
import dev.stampede.env.Check;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.EnvironmentProvider;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Knows every Gymnasium environment by its id ({@code CartPole-v1}, {@code ALE/Pong-v5}, {@code
 * module:Id-v0}), and Atari games by their bare name ({@code Breakout}) in the protocol of Mnih et
 * al. (2015).
 *
 * <p>System properties:
 *
 * <ul>
 *   <li>{@code stampede.workers}: how many Python processes share the environments for training;
 *       the number of cores where they step together (A2C, PAAC), otherwise twice that
 *   <li>{@code stampede.step.timeout}: seconds after which a step that does not end counts as the
 *       death of its worker; 60
 *   <li>{@code stampede.make.timeout}: the same for starting a worker, and for making and resetting
 *       an environment; at least 60, and twice that for a step
 *   <li>{@code stampede.worker.memory}: megabytes of its own above which a worker is replaced,
 *       between episodes, on Linux; half of the machine's memory, shared out among the workers, and
 *       at least 1024
 *   <li>{@code stampede.spin}: microseconds for which a worker and the thread that trains with it
 *       look for each other's word before they sleep, which costs processor time and saves that of
 *       waking up; 5000 if there is a core for each of them, otherwise 0
 *   <li>{@code stampede.shared.memory}: directories, as in a path, for the files through which
 *       observations come; the system's memory where it needs no file (Linux), otherwise {@code
 *       /dev/shm} or that for temporary files, whichever has room
 *   <li>{@code stampede.cache}: where Python is set up
 * </ul>
 */
public final class GymProvider implements EnvironmentProvider {
  /** The option that names Python packages to install beside those that are known to be needed. */
  static final String PACKAGES = "packages";

  private static final Pattern GYMNASIUM_ID = Pattern.compile("[\\w./:-]+-v\\d+|[\\w.]+:[\\w./-]+");
  private static final Pattern PYTHON_FILE = Pattern.compile("(.+\\.py):(\\w+)");
  static final String MEMORY_LIMIT = "stampede.worker.memory";
  private static final List<String> WELL_KNOWN =
      List.of(
          "CartPole-v1",
          "Acrobot-v1",
          "MountainCar-v0",
          "MountainCarContinuous-v0",
          "Pendulum-v1",
          "FrozenLake-v1",
          "Taxi-v4",
          "CliffWalking-v1",
          "LunarLander-v3",
          "LunarLanderContinuous-v3",
          "BipedalWalker-v3",
          "CarRacing-v3",
          "Ant-v5",
          "HalfCheetah-v5",
          "Hopper-v5",
          "Humanoid-v5",
          "HumanoidStandup-v5",
          "InvertedDoublePendulum-v5",
          "InvertedPendulum-v5",
          "Pusher-v5",
          "Reacher-v5",
          "Swimmer-v5",
          "Walker2d-v5");

  @Override
  public Collection<String> names() {
    List<String> names = new ArrayList<>(AtariGames.NAMES);
    names.addAll(WELL_KNOWN);
    return names;
  }

  @Override
  public boolean provides(String id) {
    return AtariGames.NAMES.contains(id)
        || PYTHON_FILE.matcher(id).matches()
        || GYMNASIUM_ID.matcher(id).matches();
  }

  @Override
  public void check(EnvironmentName name) {
    packages(name);
    if (AtariGames.NAMES.contains(name.id())) {
      AtariProtocol.of(name.without(PACKAGES));
    }
    Matcher file = PYTHON_FILE.matcher(name.id());
    if (file.matches() && !Files.isRegularFile(Path.of(file.group(1)))) {
      throw new IllegalArgumentException(
          "there is no file "
              + Path.of(file.group(1)).toAbsolutePath()
              + "; a path is taken from where this process was started");
    }
  }

  @Override
  public EnvironmentFactory open(
      EnvironmentName name, int environments, Consumer<String> progress) {
    return open(name, environments, false, progress);
  }

  @Override
  public EnvironmentFactory openForBatch(
      EnvironmentName name, int environments, Consumer<String> progress) {
    return open(name, environments, true, progress);
  }

  private static EnvironmentFactory open(
      EnvironmentName name, int environments, boolean together, Consumer<String> progress) {
    Requirements requirements = Requirements.of(name.id(), packages(name));
    Path python = PythonEnvironments.ofUser().python(requirements, progress);
    Path code;
    try {
      code = WorkerCode.unpack(Platform.cache(System.getenv()));
    } catch (IOException e) {
      throw new EnvironmentException("cannot write the worker's code: " + e, e);
    }
    var limit = Duration.ofSeconds(Long.getLong(WorkerProcess.STEP_LIMIT, 60));
    int workers = workers(environments, together);
    Map<String, String> versions = PythonEnvironments.versions(python);
    Spin spin = Spin.of(workers + (together ? 1 : environments));
    var launch = new WorkerProcess.Launch(python, List.of(code), limit, spin.time());
    GymFactory factory;
    try {
      factory = new GymFactory(name, launch, workers, together, spin, versions, progress);
    } catch (RuntimeException e) { // Options that this game does not have.
      spin.close();
      throw e;
    }
    factory.start();
    return factory;
  }

  private static List<String> packages(EnvironmentName name) {
    Object packages = name.options().getOrDefault(PACKAGES, List.of());
    if (packages instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
      return list.stream().map(String.class::cast).toList();
    }
    throw new IllegalArgumentException(
        "packages: expected a list such as [\"highway-env==1.10.1\"] but got " + packages);
  }

  @Override
  public List<Check> checks() {
    return new PythonDoctor()
        .examine().stream()
            .map(
                finding ->
                    new Check(
                        finding.name(),
                        finding.ok() ? Check.Status.OK : Check.Status.PROBLEM,
                        finding.detail(),
                        finding.mend()))
            .toList();
  }

  /** Bytes that each of so many workers may take. */
  static long memoryLimit(int workers) {
    Long megabytes = Long.getLong(MEMORY_LIMIT);
    if (megabytes != null) {
      return megabytes << 20;
    }
    var machine = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return Math.max(1L << 30, machine.getTotalMemorySize() / 2 / workers);
  }

  private static int workers(int environments, boolean together) {
    int cores = Runtime.getRuntime().availableProcessors();
    // An actor-learner's worker waits while it learns; those of a batch all step at once.
    int workers = Integer.getInteger("stampede.workers", together ? cores : 2 * cores);
    return Math.max(1, Math.min(environments, workers));
  }
}
