package dev.stampede.gym;

import dev.stampede.env.EnvironmentException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Environments that need the same Python packages; which group an id is in shows in the id. */
enum EnvironmentGroup {
  ATARI("Atari", "Breakout or ALE/Pong-v5", "", "atari.txt") {
    @Override
    boolean has(String id) {
      String game = LEGACY_ATARI.matcher(id).replaceFirst("");
      return id.startsWith("ALE/") || AtariGames.NAMES.contains(game);
    }
  },
  CLASSIC(
      "Classic control and toy text",
      "CartPole-v1",
      "(CartPole|Acrobot|MountainCar|MountainCarContinuous|Pendulum|FrozenLake|FrozenLake8x8|Taxi"
          + "|CliffWalking|CliffWalkingSlippery|Blackjack)-v\\d+",
      "pygame.txt"), // Only to draw; but it can be asked to draw at any time.
  MUJOCO(
      "MuJoCo",
      "Hopper-v5",
      "(Ant|HalfCheetah|Hopper|Humanoid|HumanoidStandup|InvertedDoublePendulum"
          + "|InvertedPendulum|Pusher|Reacher|Swimmer|Walker2d)-v[45]",
      "mujoco.txt"),
  BOX2D(
      "Box2D",
      "LunarLander-v3",
      "(BipedalWalker|BipedalWalkerHardcore|CarRacing|LunarLander\\w*)-v\\d+",
      "pygame.txt",
      "box2d.txt"),
  MINATAR("MinAtar", "MinAtar/Breakout-v1", "MinAtar/.*", "minatar.txt"),
  MINIGRID(
      "MiniGrid and BabyAI",
      "MiniGrid-FourRooms-v0",
      "(MiniGrid|BabyAI)-.*",
      "pygame.txt",
      "minigrid.txt"),
  MINIWORLD("MiniWorld", "MiniWorld-MazeS3-v0", "MiniWorld-.*", "miniworld.txt"),
  VIZDOOM("ViZDoom", "VizdoomMyWayHome-v1", "Vizdoom.*", "pygame.txt", "vizdoom.txt"),

  /** Only Gymnasium and the bridge, for environments from elsewhere. */
  OTHER("Gymnasium", "module:Id-v0", ".*");

  private static final Pattern LEGACY_ATARI = Pattern.compile("(NoFrameskip)?-v[04]$");
  private static final Pattern VERSIONED = Pattern.compile(".*-v\\d+");
  private static final Pattern NEEDS_JAX = Pattern.compile("(phys2d|tabular)/.*");

  private final String title;
  private final String example;
  private final Pattern ids;
  private final Requirements requirements;

  /**
   * @param example an id, for the user
   * @param files lists of packages besides Gymnasium
   */
  EnvironmentGroup(String title, String example, String ids, String... files) {
    this.title = title;
    this.example = example;
    this.ids = Pattern.compile(ids);
    List<String> lines =
        Stream.concat(Stream.of("base.txt"), Arrays.stream(files))
            .flatMap(file -> Requirements.read(file).stream())
            .toList();
    this.requirements = new Requirements(lines, List.of());
  }

  /**
   * The group of an environment.
   *
   * @param id also {@code module:Id-v0}, where the part behind the colon counts; a class of the
   *     user's own ({@code my_env.py:Breakout}) is in none
   */
  static EnvironmentGroup of(String id) {
    String name = id.substring(id.lastIndexOf(':') + 1);
    if (!name.equals(id) && !VERSIONED.matcher(name).matches()) {
      return OTHER;
    }
    return Arrays.stream(values()).filter(group -> group.has(name)).findFirst().orElse(OTHER);
  }

  /**
   * Refuses ids whose packages are not installed by themselves.
   *
   * @param packages what the user has added
   */
  static void check(String id, List<String> packages) {
    if (NEEDS_JAX.matcher(id).matches() && packages.stream().noneMatch(p -> p.contains("jax"))) {
      throw new EnvironmentException(
          "\"%s\" needs JAX (about 640 MB), which is not installed by itself; add packages(\"%s\")"
              .formatted(id, "gymnasium[jax]"));
    }
  }

  boolean has(String id) {
    return ids.matcher(id).matches();
  }

  String title() {
    return title;
  }

  String example() {
    return example;
  }

  Requirements requirements() {
    return requirements;
  }
}
