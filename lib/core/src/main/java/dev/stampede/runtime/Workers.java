package dev.stampede.runtime;

import dev.stampede.algorithm.ActorLearner.Terms;
import dev.stampede.algorithm.Chief;
import dev.stampede.algorithm.ChiefAlgorithm;
import dev.stampede.algorithm.Measures;
import dev.stampede.env.Saveable;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.Parameters;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Where workers meet their chief: a round begins for all of them at once, and in it each update of
 * θ waits for their gradients.
 *
 * <p>Whether the run goes on, and whether they all stop at the safe point, is decided once for each
 * round: a worker that decided for itself would leave others waiting for its gradient. Gradients
 * are added in the order of the workers' numbers, so that the average does not depend on timing as
 * long as nobody is left behind. Workers may come and go at any time; the chief waits for those
 * there are. A failure ends all waiting.
 */
final class Workers implements Chief, Saveable {
  /** Nobody misses a failure by more than this. */
  private static final int LOOK_AGAIN_MILLISECONDS = 20;

  /** A worker's gradient for one update, over so many samples. */
  record Contribution(float[] gradient, Terms terms, int samples) {}

  /** Which gradient of which round a worker sends next. */
  private static final class Place {
    private long round;
    private int turn;
  }

  private final Training training;
  private final Plan plan;
  private final Optimizer ofBaseline;
  private final Gauge gauge;
  private final Map<Integer, Place> places = new TreeMap<>();
  private final Map<Integer, Contribution> sent = new TreeMap<>();
  private long round;
  private int turn;
  private boolean passing;
  private boolean over;

  Workers(Training training, Plan plan) {
    this.training = training;
    this.plan = plan;
    this.ofBaseline = plan.newOptimizer();
    this.gauge = training.learning().gauge();
  }

  /** The chief's thread, which is to be started by the caller. */
  Thread chief(ChiefAlgorithm algorithm) {
    return new Thread(
        () -> {
          try {
            algorithm.run(this);
            if (training.running()) {
              training.stop(); // It was interrupted, and workers without it go round in circles.
            }
          } catch (Throwable e) {
            training.fail(e);
          }
        },
        "chief");
  }

  // What the chief does.

  @Override
  public synchronized boolean running() {
    await(() -> !places.isEmpty() || !training.running());
    over = !training.running() || Thread.currentThread().isInterrupted();
    passing = training.safePoint().asked();
    round++;
    turn = 0;
    notifyAll();
    return !over;
  }

  @Override
  public void updatePolicy(int missing) {
    update(training.optimizer(), missing);
  }

  @Override
  public void updateBaseline(int missing) {
    update(ofBaseline, missing);
  }

  private void update(Optimizer optimizer, int missing) {
    List<Contribution> all = gather(missing);
    if (!all.isEmpty() && !training.hasFailed()) {
      gauge.loss(terms(all), all.stream().mapToInt(Contribution::samples).sum());
      training.update(optimizer, mean(all), training.steps(), training.updates(), gauge);
      training.countUpdate();
      Parameters theta = training.shared();
      if (plan.deterministic()) {
        training.evaluator().evaluateIfDue(training, theta);
      } else {
        training.evaluator().submitIfDue(training, theta);
      }
    }
    nextTurn();
  }

  private synchronized List<Contribution> gather(int missing) {
    await(() -> sent.size() >= wanted(missing));
    return new ArrayList<>(sent.values());
  }

  /** How many gradients an update waits for: of all but the missing, and none of who skips it. */
  private int wanted(int missing) {
    int skipping = 0;
    for (Map.Entry<Integer, Place> each : places.entrySet()) {
      Place place = each.getValue();
      boolean ahead = place.round == round && place.turn > turn;
      skipping += ahead && !sent.containsKey(each.getKey()) ? 1 : 0;
    }
    return Math.min(Math.max(1, places.size() - missing), places.size() - skipping);
  }

  private synchronized void nextTurn() {
    sent.clear(); // Those that came during the update are too late.
    turn++;
    notifyAll();
  }

  private static Gradient mean(List<Contribution> all) {
    float[] mean = new float[all.get(0).gradient().length];
    for (Contribution each : all) {
      for (int i = 0; i < mean.length; i++) {
        mean[i] += each.gradient()[i] / all.size();
      }
    }
    return Gradient.of(mean);
  }

  private static Terms terms(List<Contribution> all) {
    double policy = 0;
    double value = 0;
    double entropy = 0;
    double other = 0;
    Measures measures = new Measures();
    for (Contribution each : all) {
      policy += each.terms().policy();
      value += each.terms().value();
      entropy += each.terms().entropy();
      other += each.terms().other();
      measures.add(each.terms().measures());
    }
    return new Terms(policy, value, entropy, other, measures);
  }

  // What workers do.

  /** Worker {@code id} is there from now on. */
  synchronized void join(int id) {
    places.put(id, new Place());
    notifyAll();
  }

  /** Nobody waits for worker {@code id} any more. */
  synchronized void leave(int id) {
    places.remove(id);
    notifyAll();
  }

  /** Waits for a round that worker {@code id} was not in; false if there will be none. */
  synchronized boolean begin(int id) {
    Place place = place(id);
    place.turn = Integer.MAX_VALUE; // It sends nothing more in the round it was in.
    notifyAll();
    await(() -> round > place.round || over);
    place.round = round;
    place.turn = 0;
    return !over && !training.hasFailed();
  }

  /** Whether workers are to pass the safe point before this round. */
  synchronized boolean passing() {
    return passing;
  }

  /** A worker is past it: who comes now must not stop there, for the others go on. */
  synchronized void passed() {
    passing = false;
  }

  /** Whether the update that worker {@code id} comes to is still to be made. */
  synchronized boolean isDue(int id) {
    Place place = place(id);
    return place.round == round && place.turn == turn && !over;
  }

  /** The gradient of worker {@code id}, not to be changed before {@link #advance} returns. */
  synchronized void send(int id, Contribution contribution) {
    if (isDue(id)) {
      sent.put(id, contribution);
    }
  }

  /** Waits until the next {@code n} updates are made or dropped. */
  synchronized void advance(int id, int n) {
    Place place = place(id);
    place.turn += n;
    notifyAll();
    await(() -> place.round < round || turn >= place.turn || over);
  }

  private Place place(int id) {
    return places.computeIfAbsent(id, added -> new Place());
  }

  /** Waits for something, or for a failure. */
  private synchronized void await(BooleanSupplier done) {
    while (!done.getAsBoolean() && !training.hasFailed()) {
      try {
        wait(LOOK_AGAIN_MILLISECONDS);
      } catch (InterruptedException e) {
        training.stop();
        Thread.currentThread().interrupt();
        return;
      }
    }
  }

  // What a checkpoint holds, while all workers wait.

  @Override
  public void save(DataOutput out) throws IOException {
    ofBaseline.save(out);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    ofBaseline.restore(in);
  }
}
