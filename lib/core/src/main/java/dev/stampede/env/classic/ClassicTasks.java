package dev.stampede.env.classic;

import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentProvider;
import java.util.Collection;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** The tasks in plain Java, by name. */
public final class ClassicTasks implements EnvironmentProvider {
  private static final Map<String, Supplier<Environment>> TASKS =
      Map.of("CartPole", CartPole::new, "Catch", Catch::new);

  @Override
  public Collection<String> names() {
    return TASKS.keySet();
  }

  @Override
  public boolean provides(String id) {
    return TASKS.containsKey(id);
  }

  @Override
  public EnvironmentFactory open(String id, int environments, Consumer<String> progress) {
    Supplier<Environment> task = TASKS.get(id);
    if (task == null) {
      throw new IllegalArgumentException("there is no native task \"" + id + "\"");
    }
    return purpose -> task.get();
  }
}
