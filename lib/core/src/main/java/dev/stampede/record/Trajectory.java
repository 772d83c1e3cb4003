package dev.stampede.record;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Seeds and actions that were played in an environment, and what came of them.
 *
 * <p>The file has a JSON object on each line: a header with the environment's name and versions;
 * then {@code {"reset":true,"seed":…,"sha256":…}} for a reset, the seed only where one was given,
 * and {@code {"action":…,"reward":…,"terminated":…,"truncated":…,"sha256":…}} for a step, where
 * {@code sha256} is that of the observation's bytes; and a last line with the SHA-256 of all lines
 * before it.
 *
 * <p>Immutable.
 */
public final class Trajectory {
  private final String environment;
  private final String observationSpace;
  private final String actionSpace;
  private final Map<String, String> versions;
  private final List<Event> events;

  Trajectory(
      String environment,
      String observationSpace,
      String actionSpace,
      Map<String, String> versions,
      List<Event> events) {
    this.environment = environment;
    this.observationSpace = observationSpace;
    this.actionSpace = actionSpace;
    this.versions = Map.copyOf(versions);
    this.events = List.copyOf(events);
  }

  /** One line of the file. */
  sealed interface Event permits Reset, Acted {
    /** Counted from 1. */
    int line();
  }

  record Reset(OptionalLong seed, String observation, int line) implements Event {}

  record Acted(Action action, double reward, Step.Ending ending, String observation, int line)
      implements Event {}

  /**
   * Where a replay first differed.
   *
   * @param line of the file
   * @param episode counted from 1
   * @param step counted from 1; 0 for the reset
   * @param what reward, ending, observation or action
   */
  public record Difference(
      int line, int episode, long step, String what, String recorded, String replayed) {
    @Override
    public String toString() {
      return "episode %d, %s (line %d): the %s was %s when recorded and is %s now"
          .formatted(episode, step == 0 ? "reset" : "step " + step, line, what, recorded, replayed);
    }
  }

  /**
   * Reads a file that {@link RecordTrajectory} wrote.
   *
   * @throws IllegalArgumentException if it is none, or was cut off, changed or damaged
   */
  public static Trajectory read(Path file) {
    return new TrajectoryReader(file).read();
  }

  /** By name. */
  public String environment() {
    return environment;
  }

  /** Steps of all episodes. */
  public long steps() {
    return events.stream().filter(Acted.class::isInstance).count();
  }

  /** Episodes that ended. */
  public long episodes() {
    return events.stream()
        .filter(event -> event instanceof Acted acted && acted.ending != Step.Ending.NONE)
        .count();
  }

  /** The actions in the order in which they were taken. */
  public List<Action> actions() {
    return events.stream()
        .filter(Acted.class::isInstance)
        .map(event -> ((Acted) event).action)
        .toList();
  }

  /** With what it was recorded and is different here: "then → now" by name. */
  public Map<String, String> changedVersions(Map<String, String> protocol) {
    Map<String, String> now = TrajectoryWriter.versions(protocol);
    Map<String, String> changed = new LinkedHashMap<>();
    versions.forEach(
        (name, then) -> {
          String here = now.getOrDefault(name, "none");
          if (!here.equals(then)) {
            changed.put(name, then + " → " + here);
          }
        });
    return changed;
  }

  /**
   * Does the same in another environment and holds rewards, endings and observations against the
   * recorded ones, bit for bit.
   *
   * @param other newly made; it stays open
   * @return the first difference; empty if there is none
   * @throws IllegalArgumentException if it has other spaces, so that it cannot be the same
   */
  public Optional<Difference> replay(Environment other) {
    checkSpaces(other);
    Replay replay = new Replay(other);
    return events.stream().flatMap(event -> replay.difference(event).stream()).findFirst();
  }

  /**
   * The same in an environment made by its name.
   *
   * @param messages takes a line for the user where something lasts, or was recorded with another
   *     version
   * @throws IllegalArgumentException if no environment has that name
   */
  public Optional<Difference> replay(Consumer<String> messages) {
    try (EnvironmentFactory factory = Environments.open(environment, 1, messages);
        Environment made = factory.create(EnvironmentFactory.Purpose.RECORDING)) {
      return replay(made, factory, messages);
    }
  }

  /**
   * The same, filmed.
   *
   * @param video .mp4 or .gif
   */
  public Optional<Difference> replay(Path video, Consumer<String> messages) {
    try (EnvironmentFactory factory = Environments.open(environment, 1, messages);
        Environment made = factory.create(EnvironmentFactory.Purpose.RECORDING);
        Recorder recorder = Recorder.to(video, made, environment, factory.protocol(), messages)) {
      Optional<Difference> difference = replay(recorder.environment(), factory, messages);
      recorder.finish();
      return difference;
    }
  }

  private Optional<Difference> replay(
      Environment made, EnvironmentFactory factory, Consumer<String> messages) {
    changedVersions(factory.protocol())
        .forEach(
            (name, change) -> messages.accept("recorded with another " + name + ": " + change));
    return replay(made);
  }

  private void checkSpaces(Environment other) {
    String observations = other.observationSpace().toString();
    String actions = other.actionSpace().toString();
    if (!observations.equals(observationSpace) || !actions.equals(actionSpace)) {
      throw new IllegalArgumentException(
          "the trajectory was recorded in "
              + environment
              + " with observations of "
              + observationSpace
              + " and actions of "
              + actionSpace
              + ", but this environment has "
              + observations
              + " and "
              + actions);
    }
  }

  /** One replay under way. */
  private static final class Replay {
    private final Environment environment;
    private final Fingerprint fingerprint = new Fingerprint();
    private int episode;
    private long step;

    Replay(Environment environment) {
      this.environment = environment;
    }

    Optional<Difference> difference(Event event) {
      if (event instanceof Reset reset) {
        step = 0;
        Observation first =
            reset.seed.isPresent()
                ? environment.reset(reset.seed.getAsLong())
                : environment.reset();
        return compared(event, "observation", reset.observation, fingerprint.of(first));
      }
      Acted acted = (Acted) event;
      if (step == 0) {
        episode++;
      }
      step++;
      Step now;
      try {
        now = environment.step(acted.action);
      } catch (IllegalArgumentException | IllegalStateException | EnvironmentException e) {
        return Optional.of(
            new Difference(
                event.line(), episode, step, "action", "taken", "refused: " + e.getMessage()));
      }
      return compared(event, "reward", bits(acted.reward), bits(now.reward()))
          .or(() -> compared(event, "ending", acted.ending.name(), now.ending().name()))
          .or(
              () ->
                  compared(
                      event, "observation", acted.observation, fingerprint.of(now.observation())));
    }

    /** Different for different bits, NaN aside. */
    private static String bits(double reward) {
      return Double.toString(reward);
    }

    private Optional<Difference> compared(Event event, String what, String then, String now) {
      return then.equals(now)
          ? Optional.empty()
          : Optional.of(new Difference(event.line(), Math.max(1, episode), step, what, then, now));
    }
  }
}
