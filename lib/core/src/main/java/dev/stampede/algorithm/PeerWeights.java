package dev.stampede.algorithm;

import dev.stampede.env.Saveable;
import dev.stampede.nn.Weights;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * One learner's linear weights, and what its peers do not know of them yet.
 *
 * <p>A message has three numbers for each weight: its index i, its value, and the visits c of its
 * feature since the sender sent it last. Who receives it takes the mean of its own value and those
 * of the messages, each weighted by its visits. A weight that came from a peer is not sent on: only
 * what this learner learned itself is. For one thread.
 */
final class PeerWeights implements Saveable {
  private static final int OF_A_WEIGHT = 3;

  private final Weights w;

  /** By how much this learner's own steps changed each weight since it was sent last. */
  private final double[] change;

  /** Visits of each feature since its weight was sent last. */
  private final int[] c;

  private final double[] sumOfVisits;
  private final double[] sumOfValues;

  PeerWeights(Weights w, int size) {
    this.w = w;
    this.change = new double[size];
    this.c = new int[size];
    this.sumOfVisits = new double[size];
    this.sumOfValues = new double[size];
  }

  /**
   * w ← w + factor · e, by a step that visited the features φ.
   *
   * @throws IllegalStateException if the factor is not finite; w is left as it was
   */
  void learn(Traces e, Features phi, double factor) {
    if (!Double.isFinite(factor)) {
      throw new IllegalStateException(
          "αδ is "
              + factor
              + "; an environment that gives NaN, or a learning rate that is too high, does this."
              + " The weights were left as they were");
    }
    e.addTo(w, factor);
    e.addTo(change, factor);
    for (int k = 0; k < phi.count(); k++) {
      c[phi.index(k)]++;
    }
  }

  /** A message of all weights whose change is significant; they count as sent. */
  double[] takeChanged(double significant) {
    double[] message = new double[OF_A_WEIGHT * 16];
    int at = 0;
    for (int i = 0; i < c.length; i++) {
      if (c[i] > 0 && Math.abs(change[i]) > significant) {
        message = at == message.length ? Arrays.copyOf(message, 2 * at) : message;
        message[at++] = i;
        message[at++] = w.get(i);
        message[at++] = c[i];
        change[i] = 0;
        c[i] = 0;
      }
    }
    return Arrays.copyOf(message, at);
  }

  /** w_i ← (c_i w_i + Σ_j c_ij w_ij) / (c_i + Σ_j c_ij) over the messages j that have an i. */
  void merge(List<double[]> messages) {
    for (double[] message : messages) {
      for (int at = 0; at < message.length; at += OF_A_WEIGHT) {
        int i = (int) message[at];
        sumOfValues[i] += message[at + 2] * message[at + 1];
        sumOfVisits[i] += message[at + 2];
      }
    }
    for (double[] message : messages) {
      for (int at = 0; at < message.length; at += OF_A_WEIGHT) {
        mergeOnce((int) message[at]);
      }
    }
  }

  private void mergeOnce(int i) {
    if (sumOfVisits[i] > 0) { // Otherwise another message had it too, and it is done.
      double mean = (c[i] * w.get(i) + sumOfValues[i]) / (c[i] + sumOfVisits[i]);
      w.add(i, mean - w.get(i));
      sumOfValues[i] = 0;
      sumOfVisits[i] = 0;
    }
  }

  @Override
  public void save(DataOutput out) throws IOException {
    for (int i = 0; i < c.length; i++) {
      out.writeDouble(change[i]);
      out.writeInt(c[i]);
    }
  }

  @Override
  public void restore(DataInput in) throws IOException {
    for (int i = 0; i < c.length; i++) {
      change[i] = in.readDouble();
      c[i] = in.readInt();
    }
  }
}
