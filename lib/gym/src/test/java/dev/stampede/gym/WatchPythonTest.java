package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.PolicySnapshot;
import dev.stampede.record.Take;
import dev.stampede.record.Watched;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watching environments that live in Python. */
class WatchPythonTest {
  private final Path folder;

  WatchPythonTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static PolicySnapshot policy(String env, long steps) {
    return Experiment.of().env(env).threads(1).steps(steps).build().run().policy();
  }

  @Test
  void an_environment_of_gymnasium_is_watched() throws IOException {
    Watched watched =
        policy("CartPole-v1", 500).watch(folder.resolve("a.gif"), new Take(1, 3), false, false);

    assertThat(watched.recording().scores()).hasSize(1);
    assertThat(watched.column("value")).hasSize((int) watched.recording().steps() + 1);
    assertThat(picture(watched).getWidth()).isEqualTo(600);
    assertThat(picture(watched).getHeight()).isGreaterThan(400 + 150);
  }

  @Test
  void an_atari_game_is_watched_with_what_its_value_follows_from() throws IOException {
    PolicySnapshot policy = policy("Breakout", 200);
    Take take = new Take(1, 3, 40);

    Watched plain = policy.watch(folder.resolve("a.gif"), take, false, false);
    Watched marked = policy.watch(folder.resolve("b.gif"), take, false, true);

    assertThat(marked.table().keySet()).contains("pi3").doesNotContain("pi4");
    assertThat(picture(marked).getRGB(160, 200)).isNotEqualTo(picture(plain).getRGB(160, 200));
    assertThat(red(picture(marked))).isGreaterThan(100 + red(picture(plain)));
  }

  @Test
  void values_of_atari_games_are_in_clipped_rewards_unless_the_protocol_says_otherwise() {
    try (EnvironmentFactory clipped = Environments.open("Breakout", 1, line -> {});
        EnvironmentFactory own = Environments.open("Breakout(clip_rewards=false)", 1, line -> {});
        EnvironmentFactory other = Environments.open("CartPole-v1", 1, line -> {})) {
      assertThat(clipped.clipsRewards()).isTrue();
      assertThat(own.clipsRewards()).isFalse();
      assertThat(other.clipsRewards()).isFalse();
    }
  }

  private static BufferedImage picture(Watched watched) throws IOException {
    return ImageIO.read(watched.recording().file().toFile());
  }

  /** Pixels of the game, which has none of so pure a red. */
  private static long red(BufferedImage image) {
    long count = 0;
    for (int y = 0; y < 420; y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        int other = Math.max(rgb >> 8 & 0xff, rgb & 0xff);
        count += (rgb >> 16 & 0xff) - other > 60 && other < 40 ? 1 : 0;
      }
    }
    return count;
  }
}
