package dev.stampede.env.classic;

import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.EnvironmentProvider;
import dev.stampede.env.classic.Corridor.Ending;
import dev.stampede.env.classic.Corridor.Moves;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The tasks in plain Java, by name. */
public final class ClassicTasks implements EnvironmentProvider {
  private static final Map<String, Supplier<Environment>> TASKS =
      Map.ofEntries(
          Map.entry("Acrobot", Acrobot::new),
          Map.entry("CartPole", CartPole::new),
          Map.entry("CartPoleHiddenVelocity", CartPoleHiddenVelocity::new),
          Map.entry("Catch", Catch::new),
          Map.entry("Corridor", () -> new Corridor(Ending.TERMINATED, Moves.DISCRETE)),
          Map.entry("CorridorContinuous", () -> new Corridor(Ending.TERMINATED, Moves.CONTINUOUS)),
          Map.entry(
              "CorridorContinuousTruncated",
              () -> new Corridor(Ending.TRUNCATED, Moves.CONTINUOUS)),
          Map.entry("CorridorMemory", CorridorMemory::new),
          Map.entry("CorridorTruncated", () -> new Corridor(Ending.TRUNCATED, Moves.DISCRETE)),
          Map.entry("MountainCar", MountainCar::new),
          Map.entry("MountainCarContinuous", MountainCarContinuous::new),
          Map.entry("Pendulum", Pendulum::new),
          Map.entry("ReachDot", ReachDot::new));

  @Override
  public Collection<String> names() {
    return TASKS.keySet();
  }

  @Override
  public boolean provides(String id) {
    return TASKS.containsKey(id);
  }

  @Override
  public EnvironmentFactory open(
      EnvironmentName name, int environments, Consumer<String> progress) {
    Supplier<Environment> task = TASKS.get(name.id());
    if (task == null) {
      throw new IllegalArgumentException("there is no native task \"" + name.id() + "\"");
    }
    return purpose -> task.get();
  }
}
