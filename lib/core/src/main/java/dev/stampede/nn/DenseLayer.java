package dev.stampede.nn;

import java.util.Arrays;

/**
 * One layer of a {@link DenseNetwork}: its arithmetic, for one thread.
 *
 * <p>The just-in-time compiler makes vector instructions of a loop only where all arrays in it have
 * the same index. Hence rows that are arrays of their own, beside the flat θ.
 *
 * <p>A sum over inputs is added up in the same order everywhere, so that what a network with finite
 * θ gives for a state does not depend on how many states were computed with it.
 */
final class DenseLayer {
  /** States whose gradients are added at once: the sum so far is read once for all of them. */
  static final int BLOCK = 4;

  /** For so few inputs even one call of {@link #forward} is worth {@link #prepare}. */
  private static final int FEW = 8;

  /** Columns of this many units fill a line of the cache. */
  private static final int TILE = 16;

  /** What is not needed yet: a network that only acts has no gradients. */
  private static final float[][] NONE = {};

  private final DenseLayers.Layer at;
  private final int inputs;
  private final int outputs;
  private float[][] columns = NONE;
  private float[][] rows = NONE;
  private final boolean across;
  private float[][] gradient = NONE;
  private final float[] biasGradient;
  private final float[][] in;
  private final float[] dIn;
  private final float[][] dOut;
  private final float[] out;
  private boolean hasColumns;
  private boolean hasRows;

  DenseLayer(DenseLayers.Layer at) {
    this.at = at;
    this.inputs = at.inputs();
    this.outputs = at.outputs();
    this.across = outputs > inputs;
    this.biasGradient = new float[outputs];
    this.in = new float[BLOCK][inputs];
    this.dIn = new float[inputs];
    this.dOut = new float[BLOCK][outputs];
    this.out = new float[outputs];
  }

  /** θ is another one now. */
  void forget() {
    hasColumns = false;
    hasRows = false;
  }

  /** Makes {@link #forward} faster until θ is another one, at the price of a few of its calls. */
  void prepare(float[] theta) {
    if (hasColumns) {
      return;
    }
    if (columns == NONE) {
      columns = new float[inputs][outputs];
    }
    for (int from = 0; from < outputs; from += TILE) {
      int end = Math.min(from + TILE, outputs);
      for (int i = 0; i < inputs; i++) {
        for (int o = from; o < end; o++) {
          columns[i][o] = theta[at.weight() + o * inputs + i];
        }
      }
    }
    hasColumns = true;
  }

  /** Computes the layer's units of one state. */
  void forward(float[] units, float[] theta) {
    if (at.bias() < 0) {
      Arrays.fill(out, 0);
    } else {
      System.arraycopy(theta, at.bias(), out, 0, outputs);
    }
    if (inputs <= FEW) {
      prepare(theta);
    }
    if (hasColumns) {
      addByColumns(units);
    } else {
      addByRows(units, theta);
    }
    System.arraycopy(out, 0, units, at.out(), outputs);
    at.activation().apply(units, at.out(), at.out() + outputs);
  }

  private void addByRows(float[] units, float[] theta) {
    int from = at.in();
    for (int o = 0; o < outputs; o++) {
      int w = at.weight() + o * inputs;
      float sum = out[o];
      int i = 0;
      for (; i + 3 < inputs; i += 4) {
        sum +=
            (theta[w + i] * units[from + i] + theta[w + i + 1] * units[from + i + 1])
                + (theta[w + i + 2] * units[from + i + 2] + theta[w + i + 3] * units[from + i + 3]);
      }
      for (; i < inputs; i++) {
        sum += theta[w + i] * units[from + i];
      }
      out[o] = sum;
    }
  }

  private void addByColumns(float[] units) {
    int from = at.in();
    int i = 0;
    for (; i + 3 < inputs; i += 4) {
      addMultiples(
          units[from + i],
          units[from + i + 1],
          units[from + i + 2],
          units[from + i + 3],
          columns,
          i,
          out);
    }
    for (; i < inputs; i++) {
      addMultiple(units[from + i], columns[i], out);
    }
  }

  /**
   * Carries ∂loss/∂unit of some states back to the layer's inputs.
   *
   * @param units of each state
   * @param delta ∂loss/∂unit of each state: that of the layer's outputs is there, that of its
   *     inputs is added to
   * @param count of states, at most {@link #BLOCK}
   * @param toParameters whether anybody asks for the gradient of the parameters, which is kept
   *     until {@link #takeGradient}
   * @param toInputs whether anybody asks for that of the inputs
   */
  void backward(
      float[][] units,
      float[][] delta,
      int count,
      float[] theta,
      boolean toParameters,
      boolean toInputs) {
    for (int k = 0; k < count; k++) {
      at.activation().derive(units[k], delta[k], at.out(), at.out() + outputs);
    }
    if (toParameters) {
      addGradient(units, delta, count);
    }
    for (int k = 0; toInputs && k < count; k++) {
      carryToInputs(delta[k], theta);
    }
  }

  /** In rows as long as can be: short ones cost more in calls than in arithmetic. */
  private void addGradient(float[][] units, float[][] delta, int count) {
    for (int k = 0; k < count; k++) {
      System.arraycopy(units[k], at.in(), in[k], 0, inputs);
      System.arraycopy(delta[k], at.out(), dOut[k], 0, outputs);
      addMultiple(1, dOut[k], biasGradient);
    }
    if (gradient == NONE) {
      gradient = across ? new float[inputs][outputs] : new float[outputs][inputs];
    }
    float[][] factors = across ? in : dOut;
    float[][] parts = across ? dOut : in;
    for (int r = 0; r < gradient.length; r++) {
      if (count == BLOCK) {
        addMultiples(
            factors[0][r], factors[1][r], factors[2][r], factors[3][r], parts, 0, gradient[r]);
      } else {
        for (int k = 0; k < count; k++) {
          addMultiple(factors[k][r], parts[k], gradient[r]);
        }
      }
    }
  }

  private void carryToInputs(float[] delta, float[] theta) {
    if (rows == NONE) {
      rows = new float[outputs][inputs];
    }
    if (!hasRows) {
      for (int o = 0; o < outputs; o++) {
        System.arraycopy(theta, at.weight() + o * inputs, rows[o], 0, inputs);
      }
      hasRows = true;
    }
    Arrays.fill(dIn, 0);
    int o = 0;
    for (; o + 3 < outputs; o += 4) {
      int d = at.out() + o;
      addMultiples(delta[d], delta[d + 1], delta[d + 2], delta[d + 3], rows, o, dIn);
    }
    for (; o < outputs; o++) {
      addMultiple(delta[at.out() + o], rows[o], dIn);
    }
    for (int i = 0; i < inputs; i++) {
      delta[at.in() + i] += dIn[i];
    }
  }

  /** Writes the sum of all gradients since the last call to their places in {@code dTheta}. */
  void takeGradient(float[] dTheta) {
    for (int r = 0; r < gradient.length; r++) {
      float[] row = gradient[r];
      if (across) {
        for (int o = 0; o < outputs; o++) {
          dTheta[at.weight() + o * inputs + r] = row[o];
        }
      } else {
        System.arraycopy(row, 0, dTheta, at.weight() + r * inputs, inputs);
      }
      Arrays.fill(row, 0);
    }
    if (at.bias() >= 0) {
      System.arraycopy(biasGradient, 0, dTheta, at.bias(), outputs);
    }
    Arrays.fill(biasGradient, 0);
  }

  /** Four rows of x, from {@code row} on, each times its own factor. */
  private static void addMultiples(
      float a, float b, float c, float d, float[][] x, int row, float[] y) {
    if (a == 0 && b == 0 && c == 0 && d == 0) {
      return;
    }
    float[] x0 = x[row];
    float[] x1 = x[row + 1];
    float[] x2 = x[row + 2];
    float[] x3 = x[row + 3];
    for (int i = 0; i < y.length; i++) {
      y[i] += (a * x0[i] + b * x1[i]) + (c * x2[i] + d * x3[i]);
    }
  }

  private static void addMultiple(float a, float[] x, float[] y) {
    for (int i = 0; i < y.length; i++) {
      y[i] += a * x[i];
    }
  }
}
