package dev.stampede.runtime;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** Plays whole episodes by fixed parameters. Made, used and closed by one thread. */
public final class Evaluation implements AutoCloseable {
  private final Algorithm algorithm;
  private final Environment environment;
  private final LocalNetwork network;
  private final SplittableRandom random;
  private final float[] pi;

  /**
   * @param environment made for evaluation; it is closed with this
   * @param seed of the environment and of the drawn actions
   */
  public Evaluation(Algorithm algorithm, Network network, Environment environment, long seed) {
    SplittableRandom seeds = new SplittableRandom(seed);
    this.algorithm = algorithm;
    this.environment = EpisodeStatistics.around(environment);
    this.network = network.local(1);
    this.pi = new float[((Space.Discrete) environment.actionSpace()).n()];
    this.environment.reset(seeds.nextLong() >>> 1);
    this.random = seeds.split();
  }

  /**
   * The true returns of whole episodes.
   *
   * @param greedy takes the most probable action instead of drawing one
   * @param goOn asked before each step; once it says no, the episodes finished so far are returned
   */
  public List<Double> play(Parameters theta, int episodes, boolean greedy, BooleanSupplier goOn) {
    network.sync(theta);
    List<Double> returns = new ArrayList<>();
    while (returns.size() < episodes && goOn.getAsBoolean()) {
      network.put(0, environment.reset());
      Step step;
      do {
        algorithm.policy(network.forward(0), pi);
        step = environment.step(Action.of(greedy ? mostProbable() : draw()));
        network.put(0, step.observation());
      } while (!step.last() && goOn.getAsBoolean());
      step.episode().ifPresent(episode -> returns.add(episode.score()));
    }
    return returns;
  }

  private int mostProbable() {
    int best = 0;
    for (int a = 1; a < pi.length; a++) {
      if (pi[a] > pi[best]) {
        best = a;
      }
    }
    return best;
  }

  private int draw() {
    double u = random.nextDouble();
    for (int a = 0; a < pi.length - 1; a++) {
      u -= pi[a];
      if (u < 0) {
        return a;
      }
    }
    return pi.length - 1;
  }

  @Override
  public void close() {
    network.close();
    environment.close();
  }
}
