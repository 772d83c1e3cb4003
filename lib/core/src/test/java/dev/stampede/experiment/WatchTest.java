package dev.stampede.experiment;

import static dev.stampede.experiment.Algorithms.A3C;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Environment;
import dev.stampede.record.Recording;
import dev.stampede.record.Take;
import dev.stampede.record.Watched;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchTest {
  private final Path folder;

  WatchTest(@TempDir Path folder) {
    this.folder = folder;
  }

  private static Run trained(Preset preset, String env, long steps) {
    return Experiment.of().algorithm(preset).env(env).threads(1).steps(steps).build().run();
  }

  @Test
  void watching_plays_what_is_filmed_and_measured_otherwise() throws IOException {
    PolicySnapshot policy = trained(A3C, "CartPole", 2_000).policy();
    Take take = new Take(2, 5);

    Watched watched = policy.watch(folder.resolve("a.gif"), take, false, false);
    Recording filmed = policy.video(folder.resolve("b.gif"), take, false);

    assertThat(watched.recording().scores())
        .isEqualTo(filmed.scores())
        .isEqualTo(policy.evaluate(2, 5, false));
    assertThat(watched.actions()).isEqualTo("drawn from the policy");
    assertThat(policy.step()).isGreaterThanOrEqualTo(2_000);
    assertThat(frames(watched)).as("each state of two episodes").isEqualTo(filmed.steps() + 2);
    assertThat(height(watched)).isGreaterThan(height(filmed) + 100);
  }

  @Test
  void a_run_that_has_just_begun_is_watched_once_it_is_up_and_one_that_failed_says_so() {
    Run run = Experiment.of().threads(1).steps(1_000_000).build().start();
    try {
      Watched watched =
          run.policy().watch(folder.resolve("a.gif"), new Take(1, 5, 20), false, false);
      assertThat(watched.recording().steps()).isPositive();
    } finally {
      run.stop();
      run.await();
    }
    Run failed = Experiment.of().env(purpose -> fail()).build().start();
    assertThatThrownBy(failed::policy)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("failed before it had parameters");
  }

  private static Environment fail() {
    throw new IllegalStateException("no such thing");
  }

  @Test
  void the_numbers_of_a_policy_are_a_distribution_and_residuals_follow_from_values() {
    Watched watched =
        trained(A3C, "CartPole", 2_000)
            .policy()
            .watch(folder.resolve("a.gif"), new Take(2, 5), false, false);

    assertThat(watched.table().keySet())
        .containsExactly("episode", "step", "reward", "value", "residual", "pi0", "pi1");
    List<Double> V = watched.column("value");
    assertThat(V).hasSize((int) watched.recording().steps() + 2);
    for (int i = 0; i < V.size(); i++) {
      assertThat(watched.column("pi0").get(i) + watched.column("pi1").get(i))
          .isCloseTo(1, within(1e-9));
      if (watched.column("step").get(i) == 0) {
        assertThat(watched.column("residual").get(i)).isNaN();
      } else {
        boolean last = i + 1 == V.size() || watched.column("step").get(i + 1) == 0;
        double next = last ? 0 : 0.99 * V.get(i); // These two short episodes end in a fall.
        assertThat(watched.column("residual").get(i))
            .isCloseTo(1 + next - V.get(i - 1), within(1e-9));
      }
    }
    assertThat(watched.column("episode")).startsWith(1.0).endsWith(2.0).doesNotContain(0.0, 3.0);
  }

  @Test
  void values_of_actions_are_shown_and_the_most_valuable_is_taken() {
    Watched watched =
        trained(Algorithms.NStepQ, "Catch", 1_000)
            .policy()
            .watch(folder.resolve("a.gif"), new Take(1, 5), false, false);

    assertThat(watched.actions()).isEqualTo("the most valuable");
    for (int i = 0; i < 10; i++) {
      double most =
          Math.max(
              watched.column("q0").get(i),
              Math.max(watched.column("q1").get(i), watched.column("q2").get(i)));
      assertThat(watched.column("value").get(i)).isEqualTo(most);
    }
  }

  @Test
  void numbers_have_a_mean_and_a_spread_and_normalised_rewards_no_residual() throws IOException {
    Watched plain = pendulum(A3C.set("normalize-rewards", "no"), "a.gif");
    Watched normalised = pendulum(A3C.normalizeRewards(), "b.gif");

    assertThat(plain.column("sigma0")).allMatch(sigma -> sigma > 0);
    assertThat(plain.column("residual")).filteredOn(Double::isFinite).hasSize(30);
    assertThat(normalised.column("residual")).noneMatch(Double::isFinite);
    assertThat(height(normalised)).as("a strip less").isLessThan(height(plain));
  }

  private Watched pendulum(Preset preset, String file) {
    return trained(preset, "Pendulum", 300)
        .policy()
        .watch(folder.resolve(file), new Take(1, 5, 30), true, false);
  }

  @Test
  void saliency_marks_the_picture_of_who_sees_pictures_only() throws IOException {
    PolicySnapshot policy = trained(A3C, "Catch", 1_000).policy();
    Take take = new Take(1, 5);

    Watched plain = policy.watch(folder.resolve("a.gif"), take, true, false);
    Watched marked = policy.watch(folder.resolve("b.gif"), take, true, true);

    assertThat(marked.table()).as("looking changes nothing").isEqualTo(plain.table());
    assertThat(reddest(plain)).isLessThan(120);
    assertThat(reddest(marked)).isGreaterThan(200);
    PolicySnapshot blind = trained(A3C, "CartPole", 100).policy();
    assertThatThrownBy(() -> blind.watch(folder.resolve("c.gif"), take, true, true))
        .hasMessageContaining("saliency: expected pictures");
  }

  @Test
  void a_residual_is_in_units_of_what_was_learned_from() {
    assertThat(new LearnedReward(0.5, 2, false, false).residual(7, 4, 1).orElseThrow())
        .isEqualTo(2 * 7 + 0.5 * 4 - 1);
    assertThat(new LearnedReward(0.5, 2, true, false).residual(7, 4, 1).orElseThrow())
        .isEqualTo(2 * 1 + 0.5 * 4 - 1);
    assertThat(new LearnedReward(0.5, 2, true, true).residual(7, 4, 1)).isEmpty();
  }

  @Test
  void what_cannot_be_rendered_is_refused() {
    PolicySnapshot policy = trained(A3C, "CorridorMemory", 200).policy();

    assertThatThrownBy(() -> policy.watch(folder.resolve("a.gif"), new Take(1, 1), true, false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cannot be rendered");
    assertThat(folder).isEmptyDirectory();
  }

  private static int frames(Watched watched) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("gif").next();
    try (ImageInputStream in =
        ImageIO.createImageInputStream(watched.recording().file().toFile())) {
      reader.setInput(in);
      return reader.getNumImages(true);
    }
  }

  private static int height(Watched watched) throws IOException {
    return height(watched.recording());
  }

  private static int height(Recording recording) throws IOException {
    return ImageIO.read(recording.file().toFile()).getHeight();
  }

  /** By how much red exceeds blue and green in the first picture, at most. */
  private static int reddest(Watched watched) throws IOException {
    var image = ImageIO.read(watched.recording().file().toFile());
    int most = 0;
    for (int y = 0; y < 320; y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int rgb = image.getRGB(x, y);
        int other = Math.max(rgb >> 8 & 0xff, rgb & 0xff);
        most = Math.max(most, (rgb >> 16 & 0xff) - other);
      }
    }
    return most;
  }
}
