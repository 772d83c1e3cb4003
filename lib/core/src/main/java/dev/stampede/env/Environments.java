package dev.stampede.env;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.ServiceLoader;
import java.util.function.Consumer;

/** All environments that are known by name, from every provider on the class path. */
public final class Environments {
  private Environments() {}

  /**
   * Checks a name without starting anything.
   *
   * @param name as {@link EnvironmentName} has it
   * @throws IllegalArgumentException if no provider knows it; the message offers the nearest names
   */
  public static void check(String name) {
    checked(EnvironmentName.parse(name));
  }

  /**
   * Makes ready to create environments of this name; see {@link EnvironmentProvider#open}.
   *
   * @param name as {@link EnvironmentName} has it
   */
  public static EnvironmentFactory open(String name, int environments, Consumer<String> progress) {
    EnvironmentName parsed = EnvironmentName.parse(name);
    return checked(parsed).open(parsed, environments, progress);
  }

  /** The same for environments that step together; see {@link EnvironmentProvider#openForBatch}. */
  public static EnvironmentFactory openForBatch(
      String name, int environments, Consumer<String> progress) {
    EnvironmentName parsed = EnvironmentName.parse(name);
    return checked(parsed).openForBatch(parsed, environments, progress);
  }

  private static EnvironmentProvider checked(EnvironmentName name) {
    EnvironmentProvider provider = provider(name.id());
    provider.check(name);
    return provider;
  }

  /** Every name worth proposing. */
  public static Collection<String> names() {
    List<String> names = new ArrayList<>();
    providers().forEach(provider -> names.addAll(provider.names()));
    return names;
  }

  /** What {@code doctor} shows of every provider. */
  public static List<Check> checks() {
    List<Check> checks = new ArrayList<>();
    providers().forEach(provider -> checks.addAll(provider.checks()));
    return checks;
  }

  private static EnvironmentProvider provider(String id) {
    for (EnvironmentProvider provider : providers()) {
      if (provider.provides(id)) {
        return provider;
      }
    }
    throw new IllegalArgumentException(
        "there is no environment \"" + id + "\"; did you mean " + Nearest.to(id, names()) + "?");
  }

  private static ServiceLoader<EnvironmentProvider> providers() {
    // The loader that loaded this class, not the thread's: in a notebook kernel they differ.
    return ServiceLoader.load(
        EnvironmentProvider.class, EnvironmentProvider.class.getClassLoader());
  }
}
