package dev.stampede.algorithm;

import dev.stampede.env.Saveable;
import dev.stampede.nn.Weights;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * True online TD(λ): predicts the return of whatever policy makes the steps, by a linear function
 * v(s) = θᵀφ(s). Van Seijen and Sutton (2014), ICML; van Seijen et al. (2016), JMLR 17(145),
 * arXiv:1512.04087, whose formulas these are. The loop over steps is the caller's.
 *
 * <pre>{@code
 * var td = new TrueOnlineTD(theta, n, 1, 0.9);
 * phi.setOnes(active, 0);              // the features of the first state
 * while (…) {
 *   …                                  // a step that gives R and fills φ′
 *   td.learn(phi, R, phiPrime, 0.01);  // φ′ empty if the state reached is terminal
 *   …                                  // φ ← φ′
 * }
 * td.endEpisode();
 * }</pre>
 *
 * <p>After each step θ is what the online λ-return algorithm, the forward view, gives, as long as
 * nobody else changes θ and α stays the same. Where other threads change it, V − V_old holds their
 * change of v(s) too.
 *
 * <p>Beyond the paper: traces that have decayed to 10⁻⁸ are 0 from then on. A step costs O(traces
 * that are not 0). For one thread; θ may be shared with others.
 */
public final class TrueOnlineTD implements Saveable {
  private static final double CUT = 1e-8;

  private final Weights theta;
  private final double gamma;
  private final double lambda;
  private final Traces e;
  private double vOld;

  /**
   * @param theta θ, changed by each step
   * @param size numbers in θ
   * @param gamma discount γ
   * @param lambda λ, decay of the traces beside γ
   */
  public TrueOnlineTD(Weights theta, int size, double gamma, double lambda) {
    this(theta, size, gamma, lambda, CUT);
  }

  TrueOnlineTD(Weights theta, int size, double gamma, double lambda, double cut) {
    this.theta = theta;
    this.gamma = gamma;
    this.lambda = lambda;
    this.e = new Traces(size, cut); // e ← 0; V_old ← 0
  }

  /**
   * Learns from one step.
   *
   * @param phi φ, of the state that was left; in an episode the φ′ of the step before
   * @param R reward of the step
   * @param phiPrime φ′, of the state reached; {@linkplain Features#clear empty} if that is terminal
   * @param alpha step size α
   * @return δ
   * @throws IllegalStateException if δ is not a finite number; θ is left as it was
   */
  public double learn(Features phi, double R, Features phiPrime, double alpha) {
    double V = phi.dot(theta); // V ← θᵀφ
    double vPrime = phiPrime.dot(theta); // V′ ← θᵀφ′
    double delta = R + gamma * vPrime - V; // δ ← R + γV′ − V
    if (!Double.isFinite(delta)) {
      throw new IllegalStateException(
          "δ is "
              + delta
              + " (R "
              + R
              + ", V "
              + V
              + ", V′ "
              + vPrime
              + "); an environment that gives NaN, or a learning rate that is too high, does this."
              + " θ was left as it was");
    }
    double eTphi = e.dot(phi);
    e.scale(gamma * lambda);
    e.add(phi, 1 - alpha * gamma * lambda * eTphi); // e ← γλe + φ − αγλ(eᵀφ)φ
    e.addTo(theta, alpha * (delta + V - vOld)); // θ ← θ + α(δ + V − V_old)e
    phi.addTo(theta, -alpha * (V - vOld)); //        − α(V − V_old)φ
    vOld = vPrime; // V_old ← V′
    return delta;
  }

  /** e ← 0; V_old ← 0: the next step is the first of an episode. */
  public void endEpisode() {
    e.clear();
    vOld = 0;
  }

  /** How many traces are not 0. */
  int traces() {
    return e.count();
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeDouble(vOld);
    e.save(out);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    vOld = in.readDouble();
    e.restore(in);
  }
}
