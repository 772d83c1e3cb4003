package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.nn.Adam;
import dev.stampede.nn.CriticNetwork;
import dev.stampede.nn.Gradient;
import dev.stampede.nn.LocalCritic;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Optimizer;
import dev.stampede.nn.Parameters;
import java.util.Arrays;

/** Given transitions, and two small networks with their targets and optimizers. */
final class ReferenceMinibatch implements Minibatch, Critic, AutoCloseable {
  /** Transitions as plain rows. */
  record Rows(
      float[][] states,
      float[][] next,
      float[][] actions,
      double[] rewards,
      double[] discounts,
      double[] weights) {}

  final Parameters theta;
  final Parameters phi;
  final Parameters thetaMinus;
  final Parameters phiMinus;
  float[] dTheta = {};
  float[] dPhi = {};
  float[] q = {};
  float[] dQ = {};
  ActorLearner.Terms policy = new ActorLearner.Terms(0, 0, 0);

  private final Rows rows;
  private final LocalNetwork mu;
  private final LocalNetwork muOfNext;
  private final LocalCritic critic;
  private final LocalCritic criticOfNext;
  private final Optimizer adamOfTheta;
  private final Optimizer adamOfPhi;

  ReferenceMinibatch(
      Rows rows,
      Network policy,
      CriticNetwork critic,
      float[] theta,
      float[] phi,
      double weightDecay) {
    this.rows = rows;
    this.theta = parameters(theta, 1);
    this.phi = parameters(phi, 1);
    this.thetaMinus = parameters(theta, 0.9f);
    this.phiMinus = parameters(phi, 0.9f);
    this.mu = policy.onShared(this.theta, size());
    this.muOfNext = policy.local(size());
    this.critic = critic.onShared(this.phi, size());
    this.criticOfNext = critic.local(size());
    this.adamOfTheta = new Adam(theta.length, 1e-8, Double.POSITIVE_INFINITY);
    this.adamOfPhi = new Adam(phi.length, 1e-8, Double.POSITIVE_INFINITY, weightDecay);
    for (int j = 0; j < size(); j++) {
      mu.put(j, Observation.of(rows.states[j]));
      this.critic.put(j, Observation.of(rows.states[j]));
      muOfNext.put(j, Observation.of(rows.next[j]));
      criticOfNext.put(j, Observation.of(rows.next[j]));
    }
  }

  private static Parameters parameters(float[] values, float factor) {
    float[] scaled = values.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    Parameters all = new Parameters(values.length);
    all.set(scaled);
    return all;
  }

  @Override
  public int size() {
    return rows.states.length;
  }

  @Override
  public Action action(int j) {
    return Action.of(rows.actions[j]);
  }

  @Override
  public double reward(int j) {
    return rows.rewards[j];
  }

  @Override
  public double discount(int j) {
    return rows.discounts[j];
  }

  @Override
  public double weight(int j) {
    return rows.weights[j];
  }

  @Override
  public float[] next() {
    throw new UnsupportedOperationException();
  }

  @Override
  public float[] nextTarget() {
    muOfNext.sync(thetaMinus);
    return muOfNext.outputs(size());
  }

  @Override
  public Critic critic() {
    return this;
  }

  @Override
  public void update(ActorLearner.Loss loss) {
    mu.backward(
        size(),
        (out, dOut) -> {
          policy = loss.at(out, dOut);
          return averaged(dOut, size() * rows.actions[0].length);
        },
        d -> dTheta = applied(d, adamOfTheta, theta, 1e-4));
  }

  @Override
  public void prioritize(double[] p) {
    throw new UnsupportedOperationException();
  }

  @Override
  public float[] nextTarget(float[] actions) {
    criticOfNext.sync(phiMinus);
    return criticOfNext.values(size(), actions);
  }

  @Override
  public ActorLearner.Terms update(float[] actions, ActorLearner.Loss loss) {
    ActorLearner.Terms[] terms = new ActorLearner.Terms[1];
    critic.backward(
        size(),
        actions,
        (values, dValues) -> {
          q = Arrays.copyOf(values, size());
          terms[0] = loss.at(values, dValues);
          return averaged(dValues, size());
        },
        d -> dPhi = applied(d, adamOfPhi, phi, 1e-3));
    return terms[0];
  }

  @Override
  public float[] actionGradient(float[] actions, float[] values) {
    dQ = critic.actionGradients(size(), actions, values).clone();
    return dQ;
  }

  private double averaged(float[] d, int length) {
    for (int k = 0; k < length; k++) {
      d[k] /= size();
    }
    return 0;
  }

  private static float[] applied(Gradient d, Optimizer by, Parameters to, double learningRate) {
    float[] values = d.toArray();
    by.update(to, d, learningRate);
    return values;
  }

  @Override
  public void close() {
    mu.close();
    muOfNext.close();
    critic.close();
    criticOfNext.close();
  }
}
