package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Environments;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Environments of other packages, really installed and really stepped. */
class PackagesTest {

  @Test
  void minatar_comes_without_what_only_its_window_needs() {
    try (EnvironmentFactory factory = open("MinAtar/Breakout-v1");
        Environment breakout = factory.create(Purpose.TRAINING)) {
      assertThat(breakout.observationSpace().toString()).contains("10, 10, 4");
      assertThat(breakout.actionSpace()).isEqualTo(new Space.Discrete(3));
      breakout.reset(1);
      assertThat(breakout.step(Action.of(0)).ending()).isEqualTo(Step.Ending.NONE);
      assertThat(factory.protocol())
          .containsEntry("python: MinAtar", "1.0.15")
          .doesNotContainKeys("python: matplotlib", "python: ale-py", "python: pip");
    }
  }

  @Test
  void minatar_draws_with_the_colours_of_seaborn() throws Exception {
    assertThat(
            python(
                EnvironmentGroup.MINATAR.requirements(),
                """
                from stampede_worker import groups
                import gymnasium
                groups.register("MinAtar/Breakout-v1")
                env = gymnasium.make("MinAtar/Breakout-v1", render_mode="rgb_array")
                env.reset(seed=1)
                print(env.render().shape)
                print([round(float(c), 6) for c in groups.cubehelix(4)[1]])
                """))
        // seaborn 0.13.2: color_palette("cubehelix", 4)[1]
        .containsExactly("(10, 10, 3)", "[0.329277, 0.476285, 0.183716]");
  }

  @Test
  void minigrid_knows_its_ids_in_a_worker() {
    Path python = Workers.python(Requirements.of("MiniGrid-Empty-5x5-v0"));
    try (Worker worker = worker(python);
        Environment grid =
            Workers.environment(
                worker, "MiniGrid-Empty-5x5-v0 | minigrid.wrappers:ImgObsWrapper")) {
      assertThat(grid.observationSpace()).isEqualTo(Space.Box.bytes(7, 7, 3));
      grid.reset(1);
      assertThat(grid.step(Action.of(2)).ending()).isEqualTo(Step.Ending.NONE);
    }
  }

  @Test
  void a_package_of_the_users_choice_is_there_in_an_environment_of_its_own() {
    String id = "highway_env:highway-v0";
    Path python = Workers.python(Requirements.of(id, List.of("highway-env==1.10.1")));
    try (Worker worker = worker(python);
        Environment highway = Workers.environment(worker, id)) {
      assertThat(highway.actionSpace()).isEqualTo(new Space.Discrete(5));
      highway.reset(1);
      assertThat(highway.step(Action.of(1)).reward()).isBetween(0.0, 1.0);
      assertThat(PythonEnvironments.versions(python))
          .containsEntry("highway-env", "1.10.1")
          .containsEntry("gymnasium", "1.4.0")
          .as("what it needs")
          .containsKey("pygame");
    }
  }

  @Test
  void an_id_without_its_module_is_refused_with_the_module() {
    Requirements requirements = Requirements.of("highway-v0", List.of("highway-env==1.10.1"));
    try (Worker worker = worker(Workers.python(requirements))) {
      assertThatThrownBy(() -> Workers.environment(worker, "highway-v0"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("If it is in highway_env, write highway_env:Id-v0");
    }
  }

  @Test
  void cart_pole_comes_without_the_emulator() {
    try (EnvironmentFactory factory = open("CartPole-v1")) {
      assertThat(factory.protocol())
          .containsKey("python: gymnasium")
          .doesNotContainKeys("python: ale-py", "python: opencv-python-headless");
    }
  }

  @Test
  void mujoco_draws_with_what_is_there() throws Exception {
    List<String> choice =
        python(
            EnvironmentGroup.MUJOCO.requirements(),
            "import os\n"
                + "from stampede_worker import rendering\n"
                + "print(rendering.mujoco_gl(os.environ))");
    assumeThat(choice).as("OpenGL on this machine").doesNotContain("None");

    assertThat(
            python(
                EnvironmentGroup.MUJOCO.requirements(),
                """
                import gymnasium
                from stampede_worker import groups
                groups.prepare("Hopper-v5", render=True)
                env = gymnasium.make("Hopper-v5", render_mode="rgb_array", width=84, height=84)
                env = gymnasium.wrappers.AddRenderObservation(env)
                pixels, _ = env.reset(seed=1)
                print(pixels.shape, pixels.std() > 10)
                """))
        .containsExactly("(84, 84, 3) True");
  }

  @Test
  void mujocos_warnings_are_logged_and_leave_no_file_in_the_folder_of_the_user() throws Exception {
    assertThat(
            python(
                EnvironmentGroup.MUJOCO.requirements(),
                """
                import logging, math, os, tempfile
                import mujoco
                from stampede_worker import gym
                said = []
                logging.getLogger("mujoco").addFilter(lambda record: said.append(record.msg))
                os.chdir(tempfile.mkdtemp())
                env = gym.make_id("HalfCheetah-v5", {}).unwrapped
                env.reset(seed=1)
                env.data.qpos[0] = math.nan
                mujoco.mj_checkPos(env.model, env.data)
                print(os.listdir(), said[-1])
                """))
        .singleElement()
        .asString()
        .startsWith("[] ")
        .contains("QPOS");
  }

  @Test
  void a_python_path_of_the_user_does_not_come_before_the_packages(@TempDir Path modules)
      throws Exception {
    Files.writeString(modules.resolve("gymnasium.py"), "raise ImportError('not this one')");
    var words =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            CartPole.class.getName());
    Map<String, String> environment = new HashMap<>(System.getenv());
    environment.put("PYTHONPATH", modules.toString());

    var result = new Command(words).run(environment, Duration.ofMinutes(2));

    assertThat(result.lastLines()).last().isEqualTo("4");
  }

  /** Run in a JVM of its own. */
  static final class CartPole {
    private CartPole() {}

    public static void main(String[] arguments) {
      try (EnvironmentFactory factory = open("CartPole-v1");
          Environment cartPole = factory.create(Purpose.TRAINING)) {
        System.out.println(GymEnvironmentTest.floats(cartPole.reset(1)).length);
      }
    }
  }

  private static EnvironmentFactory open(String id) {
    return Environments.open(id, 1, System.out::println);
  }

  private static Worker worker(Path python) {
    return new Worker(Workers.launch(python, Duration.ofSeconds(60)), Long.MAX_VALUE, cause -> {});
  }

  /** What a script prints that may import the worker's code. */
  private static List<String> python(Requirements requirements, String script)
      throws IOException, InterruptedException {
    String path = "import sys; sys.path.insert(0, r'" + WorkerCode.unpack(Workers.CACHE) + "')\n";
    return Workers.output(Workers.python(requirements), "-W", "ignore", "-c", path + script);
  }
}
