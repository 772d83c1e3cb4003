package dev.stampede.env.maze;

import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.EnvironmentProvider;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** {@link Maze} by its name. */
public final class MazeTasks implements EnvironmentProvider {
  private static final String NAME = "Maze";

  @Override
  public Collection<String> names() {
    return List.of(NAME);
  }

  @Override
  public boolean provides(String id) {
    return id.equals(NAME);
  }

  @Override
  public EnvironmentFactory open(
      EnvironmentName name, int environments, Consumer<String> progress) {
    if (!provides(name.id())) {
      throw new IllegalArgumentException("there is no maze \"" + name.id() + "\"; it is \"Maze\"");
    }
    return new EnvironmentFactory() {
      @Override
      public Environment create(Purpose purpose) {
        return new Maze();
      }

      @Override
      public int framesPerStep() {
        return Maze.FRAMES;
      }

      @Override
      public Map<String, String> protocol() {
        return Maze.PROTOCOL;
      }
    };
  }
}
