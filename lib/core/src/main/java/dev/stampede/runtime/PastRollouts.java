package dev.stampede.runtime;

import dev.stampede.algorithm.AsynchronousAlgorithm;
import dev.stampede.algorithm.TrajectoryMemory;
import dev.stampede.algorithm.TrajectoryUse;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.replay.Trajectories;
import dev.stampede.replay.Trajectory;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The rollouts of one actor-learner, its share of the memory of all. Observations are kept as the
 * environment gave them. Belongs to its thread.
 */
final class PastRollouts implements TrajectoryMemory {
  private final TrajectoryUse use;
  private final ActorThread actor;
  private final Trajectories kept;
  private final long enough;

  private PastRollouts(TrajectoryUse use, ActorThread actor, Trajectories kept, int threads) {
    this.use = use;
    this.actor = actor;
    this.kept = kept;
    long most = kept.capacity() / 2; // Whole rollouts never fill it quite.
    this.enough = Math.max(1, Math.min(use.starts() / threads, most));
  }

  /** Those of an algorithm that goes back to them, otherwise null. */
  static @Nullable PastRollouts of(
      Training training,
      Plan plan,
      int id,
      AsynchronousAlgorithm algorithm,
      Space actions,
      ActorThread actor) {
    return algorithm
        .trajectories()
        .map(
            use ->
                new PastRollouts(
                    use, actor, kept(training, plan, id, use, algorithm, actions), plan.threads()))
        .orElse(null);
  }

  /**
   * What was saved is in the state of a thread that comes back; otherwise it finds its own again.
   */
  private static Trajectories kept(
      Training training,
      Plan plan,
      int id,
      TrajectoryUse use,
      AsynchronousAlgorithm algorithm,
      Space actions) {
    Supplier<Trajectories> make =
        () ->
            new Trajectories(
                use.capacity() / plan.threads(),
                algorithm.rolloutLength(),
                plan.network().observations(),
                ((Space.Discrete) actions).n());
    return use.saved() ? make.get() : training.trajectories(id, make);
  }

  void start(Observation first) {
    kept.start(first);
  }

  void reached(Observation next) {
    kept.reached(next);
  }

  @Override
  public void add(Trajectory done) {
    kept.add(done);
  }

  @Override
  public boolean isReady() {
    return kept.steps() >= enough;
  }

  @Override
  public void draw(Trajectory into) {
    int i = kept.draw(actor.random());
    kept.read(i, into);
    List<Observation> states = new ArrayList<>();
    for (int j = 0; j <= into.size(); j++) {
      states.add(kept.state(i, j));
    }
    actor.goBack(states);
  }

  /** Writes them, if that was asked for. */
  void save(DataOutput out) throws IOException {
    out.writeBoolean(use.saved());
    if (use.saved()) {
      kept.save(out);
    }
  }

  void restore(DataInput in) throws IOException {
    if (in.readBoolean()) {
      kept.restore(in);
    }
  }
}
