package dev.stampede.runtime;

import dev.stampede.env.Saveable;
import dev.stampede.nn.Adam;
import dev.stampede.nn.CriticNetwork;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.Initialization;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.Parameters;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * φ of a run, its target φ⁻ and its optimizer, which is Adam with the run's ε. As θ, they are
 * written and read by many threads at once, without a lock.
 */
final class SharedCritic implements Saveable {
  private final CriticPlan plan;
  private final Parameters phi;
  private final Parameters phiMinus;
  private final Optimizer optimizer;
  private final double ofTheta;

  /** As a run is planned. */
  SharedCritic(CriticPlan plan, Plan run, RandomGenerator random) {
    this(plan, run.learningRate(), run.epsilon(), run.clipNorm(), run.initialization(), random);
  }

  /**
   * @param ofTheta η of θ at the start of the run
   */
  SharedCritic(
      CriticPlan plan,
      double ofTheta,
      double epsilon,
      double clipNorm,
      Initialization initialization,
      RandomGenerator random) {
    int size = plan.network().network().size();
    this.plan = plan;
    this.phi = new Parameters(size);
    this.phiMinus = new Parameters(size);
    this.optimizer = new Adam(size, epsilon, clipNorm, plan.weightDecay());
    this.ofTheta = ofTheta;
    phi.set(initialization.values(plan.network().network(), random));
    phiMinus.set(phi);
  }

  CriticNetwork network() {
    return plan.network();
  }

  Parameters phi() {
    return phi;
  }

  Parameters target() {
    return phiMinus;
  }

  /**
   * An update of φ.
   *
   * @param eta of θ at this moment; φ's has fallen by the same share
   */
  void update(Gradient dPhi, double eta) {
    double share = ofTheta > 0 ? eta / ofTheta : 1;
    optimizer.update(phi, dPhi, plan.learningRate() * share);
  }

  /** φ⁻ ← τφ + (1 − τ)φ⁻. */
  void approachTarget(double tau) {
    phiMinus.approach(phi, tau);
  }

  /** φ⁻ ← φ. */
  void replaceTarget() {
    phiMinus.set(phi);
  }

  @Override
  public void save(DataOutput out) throws IOException {
    phi.save(out);
    phiMinus.save(out);
    optimizer.save(out);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    phi.restore(in);
    phiMinus.restore(in);
    optimizer.restore(in);
  }
}
