package dev.stampede.env;

import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Knows environments by name. Providers are found by {@link java.util.ServiceLoader}. */
public interface EnvironmentProvider {

  /** Names worth proposing when somebody mistypes one. Cheap: starts nothing. */
  Collection<String> names();

  /** Whether {@link #open} can be tried with this id, options aside. Cheap: starts nothing. */
  boolean provides(String id);

  /**
   * Checks the options of a name with an id that this provider provides. Cheap: starts nothing.
   *
   * @throws IllegalArgumentException saying which options there are
   */
  default void check(EnvironmentName name) {
    name.requirePlain();
  }

  /**
   * Makes ready to create environments of this name.
   *
   * @param environments how many will be used at the same time, so that processes can be shared out
   * @param progress takes a line for the user where this lasts (a download, say)
   * @throws IllegalArgumentException if there is no such environment after all
   * @throws EnvironmentException if it cannot be had here, with what the user can do about it
   */
  EnvironmentFactory open(EnvironmentName name, int environments, Consumer<String> progress);

  /**
   * As {@link #open}, for environments that one thread steps, all of them in each step: see {@link
   * EnvironmentFactory#batch}. Those that do not wait for one another may want more processes.
   */
  default EnvironmentFactory openForBatch(
      EnvironmentName name, int environments, Consumer<String> progress) {
    return open(name, environments, progress);
  }

  /**
   * What {@code doctor} shows of this provider: what is there, what is missing, and the command
   * that mends it.
   */
  default List<Check> checks() {
    return List.of();
  }
}
