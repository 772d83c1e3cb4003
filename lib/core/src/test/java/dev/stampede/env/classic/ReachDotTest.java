package dev.stampede.env.classic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import java.nio.ByteBuffer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ReachDotTest {
  private static final int SIZE = 36;

  @Test
  void who_goes_where_the_picture_shows_the_dot_arrives_with_the_optimum() {
    Environment task = new ReachDot();
    task.reset(1);
    for (int episode = 0; episode < 200; episode++) {
      double[] scoreAndSteps = play(task, ReachDotTest::towardsTheDot);
      assertThat(scoreAndSteps[0]).isCloseTo(1, within(1e-12));
      assertThat(scoreAndSteps[1]).isLessThanOrEqualTo(8);
    }
  }

  @Test
  void a_random_policy_hardly_comes_nearer() {
    Environment task = new ReachDot();
    task.reset(1);
    SplitMix random = new SplitMix(1);
    double sum = 0;
    for (int episode = 0; episode < 2_000; episode++) {
      sum += play(task, o -> Action.of(2 * random.nextFloat() - 1, 2 * random.nextFloat() - 1))[0];
    }
    assertThat(sum / 2_000).isCloseTo(0.04, within(0.03));
  }

  private static double[] play(Environment task, Function<Observation, Action> policy) {
    Observation observation = task.reset();
    double score = 0;
    int steps = 0;
    Step step;
    do {
      step = task.step(policy.apply(observation));
      observation = step.observation();
      score += step.reward();
      steps++;
    } while (!step.last());
    return new double[] {score, steps};
  }

  private static Action towardsTheDot(Observation observation) {
    ByteBuffer pixels = ByteBuffer.allocate(observation.bytes());
    observation.copyTo(pixels);
    double[] pointer = centre(pixels, 0);
    double[] dot = centre(pixels, 1);
    return Action.of((float) ((dot[0] - pointer[0]) / 4), (float) ((dot[1] - pointer[1]) / 4));
  }

  private static double[] centre(ByteBuffer pixels, int channel) {
    double[] sum = new double[2];
    int seen = 0;
    for (int i = 0; i < SIZE * SIZE; i++) {
      if (pixels.get(channel * SIZE * SIZE + i) != 0) {
        sum[0] += i % SIZE;
        sum[1] += i / SIZE;
        seen++;
      }
    }
    assertThat(seen).isEqualTo(25);
    return new double[] {sum[0] / seen, sum[1] / seen};
  }
}
