package dev.stampede.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import dev.stampede.env.Step.Ending;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A3C's returns and loss; the returns as an actor-learner sees them that plays a script. */
class A3CTest {
  private static final double GAMMA = 0.5;
  private static final float V = 10;

  @Test
  void bootstraps_from_the_value_of_the_last_state_after_t_max_steps() {
    assertThat(valueGradients(3, Ending.NONE, 1, 2, 4))
        .containsExactly(
            V - (1 + 0.5 * (2 + 0.5 * (4 + 0.5 * V))),
            V - (2 + 0.5 * (4 + 0.5 * V)),
            V - (4 + 0.5 * V));
  }

  @Test
  void the_value_of_a_terminal_state_is_zero_wherever_it_comes() {
    assertThat(valueGradients(3, Ending.TERMINATED, 1)).containsExactly(V - 1.0);
    assertThat(valueGradients(3, Ending.TERMINATED, 1, 2))
        .containsExactly(V - (1 + 0.5 * 2), V - 2.0);
    assertThat(valueGradients(3, Ending.TERMINATED, 1, 2, 4))
        .containsExactly(V - (1 + 0.5 * (2 + 0.5 * 4)), V - (2 + 0.5 * 4), V - 4.0);
  }

  @Test
  void a_truncated_or_lost_episode_bootstraps_like_an_unfinished_one() {
    assertThat(valueGradients(3, Ending.TRUNCATED, 1)).containsExactly(V - (1 + 0.5 * V));
    assertThat(valueGradients(3, Ending.LOST, 1)).containsExactly(V - (1 + 0.5 * V));
  }

  @Test
  void the_closed_form_gradient_equals_finite_differences_for_many_seeds() {
    for (int seed = 0; seed < 100; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int actions = 2 + random.nextInt(5);
      int n = 1 + random.nextInt(5);
      A3C a3c = new A3C(0.99, 1, random.nextDouble(), random.nextDouble(), n);
      float[] out = new float[n * (actions + 1)];
      double[] returns = new double[n];
      Rollout rollout = new Rollout(n);
      for (int i = 0; i < out.length; i++) {
        out[i] = (float) (4 * random.nextDouble() - 2);
      }
      for (int i = 0; i < n; i++) {
        rollout.add(Action.of(random.nextInt(actions)), 0);
        returns[i] = 4 * random.nextDouble() - 2;
        rollout.setTarget(i, returns[i]);
      }
      float[] gradient = new float[out.length];
      a3c.loss(new Softmax(actions), a3c.beta().of(0), rollout, out, gradient);

      // The advantage in the policy term is a constant, so differences are taken of the written-out
      // loss with it fixed.
      double[] advantages = new double[n];
      for (int i = 0; i < n; i++) {
        advantages[i] = returns[i] - out[i * (actions + 1) + actions];
      }
      for (int k = 0; k < out.length; k++) {
        double h = 1e-3;
        double high = writtenOut(a3c, out, k, h, rollout, returns, advantages, actions);
        double low = writtenOut(a3c, out, k, -h, rollout, returns, advantages, actions);
        assertThat((double) gradient[k]).isCloseTo((high - low) / (2 * h), offset(1e-4));
      }
    }
  }

  private static double writtenOut(
      A3C a3c,
      float[] out,
      int k,
      double h,
      Rollout rollout,
      double[] returns,
      double[] advantages,
      int actions) {
    double loss = 0;
    for (int i = 0; i < returns.length; i++) {
      double[] z = new double[actions + 1];
      double sum = 0;
      for (int a = 0; a <= actions; a++) {
        int at = i * (actions + 1) + a;
        z[a] = out[at] + (at == k ? h : 0);
        sum += a < actions ? Math.exp(z[a]) : 0;
      }
      double entropy = 0;
      for (int a = 0; a < actions; a++) {
        double pi = Math.exp(z[a]) / sum;
        entropy -= pi * Math.log(pi);
      }
      double pi = Math.exp(z[rollout.action(i).index()]) / sum;
      double difference = returns[i] - z[actions];
      loss +=
          -Math.log(pi) * advantages[i]
              - a3c.beta().of(0) * entropy
              + a3c.valueWeight() / 2 * difference * difference;
    }
    return loss;
  }

  @ParameterizedTest
  @CsvSource({"0, 0.5", "1, 0.1", "2, 0", "3, 0.5", "7, 0.1"})
  void a_thread_has_the_entropy_weight_of_its_number(int thread, double beta) {
    Scripted actor = thread(thread);
    new A3C(GAMMA, 1, PerThread.of(0.5, 0.1, 0), 1, 2).run(actor);
    Scripted same = thread(0);
    new A3C(GAMMA, 1, beta, 1, 2).run(same);

    assertThat(actor.gradients()).containsExactly(same.gradients());
    assertThat(actor.updates().get(0).terms())
        .usingRecursiveComparison()
        .isEqualTo(same.updates().get(0).terms());
    assertThatThrownBy(PerThread::of).hasMessageContaining("at least one value");
  }

  private static Scripted thread(int id) {
    Scripted.Episode episode =
        Scripted.Episode.of(new float[] {1, 0, V}, Ending.TERMINATED, 1, 2, 3);
    return new Scripted(new Space.Discrete(2), 2, List.of(episode)).as(id);
  }

  /** ∂loss/∂V of each state of the first rollout, for valueWeight 1, so V − R. */
  private static List<Double> valueGradients(int tMax, Ending ending, double... rewards) {
    Scripted.Episode episode = Scripted.Episode.of(new float[] {0, 0, V}, ending, rewards);
    Scripted actor = new Scripted(new Space.Discrete(2), tMax, List.of(episode));
    new A3C(GAMMA, 1, 0.01, 1, tMax).run(actor);
    List<Double> gradients = new ArrayList<>();
    for (int i = 0; i < rewards.length; i++) {
      gradients.add(actor.gradients()[i * 3 + 2]);
    }
    return gradients;
  }
}
