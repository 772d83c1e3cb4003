package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.EnvironmentException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class EnvironmentGroupTest {

  @ParameterizedTest
  @CsvSource({
    "Breakout, ATARI",
    "ALE/Pong-v5, ATARI",
    "ale_py:ALE/Pong-v5, ATARI",
    "BreakoutNoFrameskip-v4, ATARI",
    "Breakout-v0, ATARI",
    "Blackjack-v1, CLASSIC",
    "CartPole-v1, CLASSIC",
    "Taxi-v4, CLASSIC",
    "Hopper-v5, MUJOCO",
    "HumanoidStandup-v4, MUJOCO",
    "Hopper-v3, OTHER", // Gymnasium says where it has gone.
    "LunarLanderContinuous-v3, BOX2D",
    "CarRacing-v3, BOX2D",
    "MinAtar/Breakout-v1, MINATAR",
    "MiniGrid-FourRooms-v0, MINIGRID",
    "BabyAI-GoTo-v0, MINIGRID",
    "minigrid:BabyAI-GoTo-v0, MINIGRID",
    "MiniWorld-MazeS3-v0, MINIWORLD",
    "VizdoomMyWayHome-v1, VIZDOOM",
    "highway_env:highway-v0, OTHER",
    "my_env.py:Breakout, OTHER",
    "Nothing-v0, OTHER"
  })
  void the_group_shows_in_the_id(String id, EnvironmentGroup group) {
    assertThat(EnvironmentGroup.of(id)).isEqualTo(group);
  }

  @ParameterizedTest
  @EnumSource
  void a_group_names_version_licence_and_size_of_everything(EnvironmentGroup group) {
    assertThat(group.requirements().pins())
        .allSatisfy(
            pin -> {
              assertThat(pin.version()).isNotEmpty();
              assertThat(pin.licence()).isNotEmpty();
              assertThat(pin.megabytes()).isPositive();
            });
    assertThat(group.requirements().versions())
        .containsKeys("gymnasium", "numpy", "py4j")
        .hasSize(group.requirements().lines().size());
    assertThat(group.requirements().megabytes()).isBetween(59, 300);
  }

  @Test
  void the_emulator_is_only_for_atari() {
    for (EnvironmentGroup group : EnvironmentGroup.values()) {
      assertThat(group.requirements().versions().containsKey("ale-py"))
          .isEqualTo(group == EnvironmentGroup.ATARI);
    }
    assertThat(EnvironmentGroup.ATARI.requirements().licences()).contains("GPL-2.0");
    assertThat(EnvironmentGroup.MINATAR.requirements().licences()).contains("GPL-3.0");
  }

  @Test
  void box2d_has_no_wheels_for_the_newest_python() {
    assertThat(EnvironmentGroup.BOX2D.requirements().newestPython()).isEqualTo(13);
    assertThat(EnvironmentGroup.MUJOCO.requirements().newestPython()).isEqualTo(14);
  }

  @Test
  void what_needs_jax_says_so_until_it_is_added() {
    assertThatThrownBy(() -> Requirements.of("phys2d/CartPole-v1"))
        .isInstanceOf(EnvironmentException.class)
        .hasMessageContaining("needs JAX")
        .hasMessageContaining("packages(\"gymnasium[jax]\")");
    assertThat(Requirements.of("tabular/Blackjack-v0", List.of("gymnasium[jax]")).packages())
        .containsExactly("gymnasium[jax]");
  }
}
