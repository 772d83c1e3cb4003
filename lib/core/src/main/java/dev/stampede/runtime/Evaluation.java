package dev.stampede.runtime;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import dev.stampede.env.Step;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Moments;
import dev.stampede.nn.Network;
import dev.stampede.nn.Parameters;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Plays whole episodes by fixed parameters. Made, used and closed by one thread. */
public final class Evaluation implements AutoCloseable, Saveable {
  private final Algorithm algorithm;
  private final Environment environment;
  private final LocalNetwork network;
  private final SplitMix random;
  private final Space actionSpace;

  /**
   * @param environment made for evaluation; it is closed with this
   * @param seed of the environment and of the drawn actions
   */
  public Evaluation(Algorithm algorithm, Network network, Environment environment, long seed) {
    SplitMix seeds = new SplitMix(seed);
    this.algorithm = algorithm;
    this.environment = EpisodeStatistics.around(environment);
    this.network = network.local(2); // This state, and the next while it is taken over.
    this.actionSpace = environment.actionSpace();
    this.environment.reset(seeds.nextLong() >>> 1);
    this.random = new SplitMix(seeds.nextLong());
  }

  /**
   * The true returns of whole episodes.
   *
   * @param greedy takes the most probable action instead of drawing one
   * @param goOn asked before each step; once it says no, the episodes finished so far are returned
   */
  public List<Double> play(Parameters theta, int episodes, boolean greedy, BooleanSupplier goOn) {
    return play(theta, Optional.empty(), episodes, greedy, goOn);
  }

  /**
   * The same by parameters that were learned on normalised observations.
   *
   * @param observations by what they were normalised; empty if they were not
   */
  public List<Double> play(
      Parameters theta,
      Optional<Moments> observations,
      int episodes,
      boolean greedy,
      BooleanSupplier goOn) {
    return play(theta, observations, episodes, greedy, goOn, Onlooker.NOBODY);
  }

  /** The same while somebody looks on, which changes nothing. */
  public List<Double> play(
      Parameters theta,
      Optional<Moments> observations,
      int episodes,
      boolean greedy,
      BooleanSupplier goOn,
      Onlooker onlooker) {
    UnaryOperator<Observation> seen =
        given -> observations.isPresent() ? observations.get().normalized(given) : given;
    network.sync(theta);
    List<Double> returns = new ArrayList<>();
    while (returns.size() < episodes && goOn.getAsBoolean()) {
      network.start(seen.apply(environment.reset()));
      onlooker.starts();
      Step step;
      do {
        float[] out = network.forward(0);
        onlooker.sees(network, out);
        Action a = algorithm.act(actionSpace, out, greedy, random);
        step = environment.step(Bounds.cut(a, actionSpace));
        onlooker.steps(a, step);
        network.put(1, seen.apply(step.observation()));
        network.copy(1, 0);
      } while (!step.last() && goOn.getAsBoolean());
      onlooker.ends(network);
      step.episode().ifPresent(episode -> returns.add(episode.score()));
    }
    return returns;
  }

  /** Between two calls of {@link #play}. */
  @Override
  public void save(DataOutput out) throws IOException {
    random.save(out);
    States.save(environment, out);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    random.restore(in);
    States.restore(environment, in);
  }

  @Override
  public void close() {
    network.close();
    environment.close();
  }
}
