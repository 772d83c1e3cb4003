package dev.stampede.gym;

import dev.stampede.env.Check;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentProvider;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
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
 *       twice the number of cores
 *   <li>{@code stampede.step.timeout}: seconds after which a step that does not end counts as the
 *       death of its worker; 60
 *   <li>{@code stampede.requirements}: more Python packages, with versions, for environments that
 *       are not part of Gymnasium ({@code "minigrid==3.2.0"})
 *   <li>{@code stampede.cache}: where Python is set up
 * </ul>
 */
public final class GymProvider implements EnvironmentProvider {
  private static final Pattern GYMNASIUM_ID = Pattern.compile("[\\w./:-]+-v\\d+");
  private static final List<String> WELL_KNOWN =
      List.of(
          "CartPole-v1",
          "Acrobot-v1",
          "MountainCar-v0",
          "MountainCarContinuous-v0",
          "Pendulum-v1",
          "FrozenLake-v1",
          "Taxi-v3",
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
    return AtariGames.NAMES.contains(id) || GYMNASIUM_ID.matcher(id).matches();
  }

  @Override
  public EnvironmentFactory open(String id, int environments, Consumer<String> progress) {
    Requirements requirements = Requirements.of(id);
    Path python = PythonEnvironments.ofUser().python(requirements, progress);
    Path code;
    try {
      code = WorkerCode.unpack(Platform.cache(System.getenv()));
    } catch (IOException e) {
      throw new EnvironmentException("cannot write the worker's code: " + e, e);
    }
    var limit = Duration.ofSeconds(Long.getLong("stampede.step.timeout", 60));
    return new GymFactory(
        id,
        new WorkerProcess.Launch(python, List.of(code), limit),
        workers(environments),
        requirements.versions());
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

  private static int workers(int environments) {
    int cores = Runtime.getRuntime().availableProcessors();
    int workers = Integer.getInteger("stampede.workers", 2 * cores);
    return Math.max(1, Math.min(environments, workers));
  }
}
