package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner;
import dev.stampede.algorithm.Critic;
import dev.stampede.env.Observation;
import dev.stampede.nn.LocalCritic;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Q(s, a; φ) at the transitions that were drawn. Made, used and closed by one thread. */
final class DrawnCritic implements Critic, AutoCloseable {
  private final Training training;
  private final Plan plan;
  private final SharedCritic shared;
  private final Consumer<Runnable> change;
  private final LocalCritic critic;
  private final LocalCritic target;
  private int size;

  /**
   * @param most transitions of a minibatch
   * @param change runs what changes φ
   */
  DrawnCritic(
      Training training, Plan plan, SharedCritic shared, int most, Consumer<Runnable> change) {
    this.training = training;
    this.plan = plan;
    this.shared = shared;
    this.change = change;
    this.critic = shared.network().onShared(shared.phi(), most);
    this.target = shared.network().local(most);
  }

  /** Takes transition {@code j}, after those before it. */
  void put(int j, Observation state, Observation next) {
    critic.put(j, state);
    target.put(j, next);
    size = j + 1;
  }

  @Override
  public float[] nextTarget(float[] actions) {
    target.sync(shared.target());
    return target.values(size, actions);
  }

  @Override
  public ActorLearner.Terms update(float[] actions, ActorLearner.Loss loss) {
    Reduced reduced = new Reduced(loss);
    double eta = training.learningRate(training.steps());
    critic.backward(
        size, actions, reduced::at, dPhi -> change.accept(() -> shared.update(dPhi, eta)));
    return reduced.terms();
  }

  /** The loss, summed or averaged as the plan says, and its terms. */
  private final class Reduced {
    private final ActorLearner.Loss summed;
    private ActorLearner.@Nullable Terms terms;

    Reduced(ActorLearner.Loss summed) {
      this.summed = summed;
    }

    double at(float[] q, float[] dQ) {
      ActorLearner.Terms here = summed.at(q, dQ);
      int divisor = plan.reduction().divisor(size, 1);
      for (int j = 0; j < size; j++) {
        dQ[j] /= divisor;
      }
      terms = here;
      return here.sum() / divisor;
    }

    ActorLearner.Terms terms() {
      return Objects.requireNonNull(terms);
    }
  }

  @Override
  public float[] actionGradient(float[] actions, float[] q) {
    return critic.actionGradients(size, actions, q);
  }

  @Override
  public void close() {
    critic.close();
    target.close();
  }
}
