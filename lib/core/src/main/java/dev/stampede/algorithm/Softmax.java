package dev.stampede.algorithm;

import ai.djl.ndarray.NDArray;
import dev.stampede.env.Action;
import java.util.random.RandomGenerator;

/** The softmax distribution over that many actions; the outputs are preferences. */
record Softmax(int actions) implements Policy {

  @Override
  public int outputs() {
    return actions;
  }

  @Override
  public Action sample(float[] out, int at, RandomGenerator random) {
    double logSum = logSum(out, at);
    double u = random.nextDouble();
    for (int a = 0; a < actions - 1; a++) {
      u -= Math.exp(out[at + a] - logSum);
      if (u < 0) {
        return Action.of(a);
      }
    }
    return Action.of(actions - 1);
  }

  @Override
  public Action mode(float[] out, int at) {
    int best = 0;
    for (int a = 1; a < actions; a++) {
      if (out[at + a] > out[at + best]) {
        best = a;
      }
    }
    return Action.of(best);
  }

  @Override
  public double logProbability(float[] out, int at, Action a) {
    return out[at + a.index()] - logSum(out, at);
  }

  /**
   * π(·|s).
   *
   * @param into takes it, one number for each action
   */
  void probabilities(float[] out, int at, double[] into) {
    double logSum = logSum(out, at);
    for (int a = 0; a < actions; a++) {
      into[a] = Math.exp(out[at + a] - logSum);
    }
  }

  @Override
  public NDArray logProbabilities(NDArray out, NDArray actions) {
    return out.logSoftmax(1).gather(actions.expandDims(1), 1).squeeze(1);
  }

  @Override
  public double entropy(float[] out, int at) {
    double logSum = logSum(out, at);
    double entropy = 0;
    for (int a = 0; a < actions; a++) {
      double logPi = out[at + a] - logSum;
      entropy -= Math.exp(logPi) * logPi;
    }
    return entropy;
  }

  @Override
  public void gradient(
      float[] out, int at, Action taken, double advantage, double beta, float[] dOut) {
    double logSum = logSum(out, at);
    double entropy = entropy(out, at);
    for (int a = 0; a < actions; a++) {
      double logPi = out[at + a] - logSum;
      double pi = Math.exp(logPi);
      double dLogPi = pi - (a == taken.index() ? 1 : 0); // ∂(−log π(a_i|s_i))/∂preference
      dOut[at + a] = (float) (dLogPi * advantage + beta * pi * (logPi + entropy));
    }
  }

  @Override
  public double divergenceAt(float[] old, float[] out, int at) {
    double oldLogSum = logSum(old, at);
    double logSum = logSum(out, at);
    double sum = 0;
    for (int a = 0; a < actions; a++) {
      double oldLogPi = old[at + a] - oldLogSum;
      sum += Math.exp(oldLogPi) * (oldLogPi - (out[at + a] - logSum));
    }
    return sum;
  }

  @Override
  public void addDivergenceGradient(float[] old, float[] out, int at, double weight, float[] dOut) {
    double oldLogSum = logSum(old, at);
    double logSum = logSum(out, at);
    for (int a = 0; a < actions; a++) {
      double change = Math.exp(out[at + a] - logSum) - Math.exp(old[at + a] - oldLogSum);
      dOut[at + a] += (float) (weight * change); // ∂KL/∂preference = π − π_old
    }
  }

  /** log Σ exp of the preferences, so that log π is the preference less this. */
  private double logSum(float[] out, int at) {
    double max = Double.NEGATIVE_INFINITY;
    for (int a = 0; a < actions; a++) {
      max = Math.max(max, out[at + a]);
    }
    double sum = 0;
    for (int a = 0; a < actions; a++) {
      sum += Math.exp(out[at + a] - max);
    }
    return max + Math.log(sum);
  }
}
