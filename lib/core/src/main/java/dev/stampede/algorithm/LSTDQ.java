package dev.stampede.algorithm;

import dev.stampede.nn.Weights;
import java.util.List;

/**
 * LSTDQ, least-squares temporal differences for Q(s, a) = wᵀφ(s, a) with features that are 0 or 1:
 * Lagoudakis and Parr (2003), JMLR 4. Its sums over samples are what Map-Reduce divides.
 *
 * @param n weights in w
 * @param features of a state; those of action a begin at a · features
 */
record LSTDQ(int n, int features, double gamma) {

  /**
   * A = Σ φ(s, a)(φ(s, a) − γφ(s′, π(s′)))ᵀ and b = Σ φ(s, a)r over the samples, where π is greedy
   * by w.
   *
   * @return A row after row, then b
   */
  double[] map(Samples D, Weights w) {
    double[] sums = new double[n * n + n];
    for (int k = 0; k < D.size(); k++) {
      int a = D.action(k) * features;
      int aPrime = greedy(D.next(k), w) * features;
      for (int i : D.state(k)) {
        int row = (a + i) * n;
        for (int j : D.state(k)) {
          sums[row + a + j] += 1;
        }
        for (int j : D.next(k)) { // Nothing if s′ is terminal.
          sums[row + aPrime + j] -= gamma;
        }
        sums[n * n + a + i] += D.reward(k);
      }
    }
    return sums;
  }

  /** The sum of what all mapped, in their order. */
  double[] reduce(List<double[]> mapped) {
    double[] sum = mapped.get(0).clone();
    for (double[] each : mapped.subList(1, mapped.size())) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += each[i];
      }
    }
    return sum;
  }

  /**
   * w of (A + ridge · I)w = b, by Gaussian elimination with partial pivoting.
   *
   * @param sums A row after row, then b
   * @throws IllegalStateException if there is no one solution
   */
  double[] solve(double[] sums, double ridge) {
    double[][] rows = new double[n][n + 1]; // The last column is b.
    for (int i = 0; i < n; i++) {
      System.arraycopy(sums, i * n, rows[i], 0, n);
      rows[i][i] += ridge;
      rows[i][n] = sums[n * n + i];
    }
    for (int column = 0; column < n; column++) {
      pivot(rows, column);
      for (int i = column + 1; i < n; i++) {
        subtract(rows[i], rows[column], column);
      }
    }
    double[] w = new double[n];
    for (int i = n - 1; i >= 0; i--) {
      double rest = rows[i][n];
      for (int j = i + 1; j < n; j++) {
        rest -= rows[i][j] * w[j];
      }
      w[i] = rest / rows[i][i];
    }
    return w;
  }

  /** Puts the row whose number in this column is largest in its place. */
  private static void pivot(double[][] rows, int column) {
    int best = column;
    for (int i = column + 1; i < rows.length; i++) {
      best = Math.abs(rows[i][column]) > Math.abs(rows[best][column]) ? i : best;
    }
    double[] row = rows[best];
    rows[best] = rows[column];
    rows[column] = row;
    if (!(Math.abs(row[column]) > 0) || !Double.isFinite(row[row.length - 1])) {
      throw new IllegalStateException(
          "LSTDQ: expected sums that can be solved but pivot "
              + column
              + " is "
              + row[column]
              + "; an environment that gives NaN does this, or a ridge of 0");
    }
  }

  private static void subtract(double[] from, double[] row, int column) {
    double factor = from[column] / row[column];
    if (factor != 0) { // Most of A is 0.
      for (int j = column; j < from.length; j++) {
        from[j] -= factor * row[j];
      }
    }
  }

  /** argmax_a wᵀφ(s, a); the first of equals. */
  private int greedy(int[] s, Weights w) {
    int best = 0;
    double most = Double.NEGATIVE_INFINITY;
    for (int a = 0; a < n / features; a++) {
      double q = 0;
      for (int i : s) {
        q += w.get(a * features + i);
      }
      if (q > most) {
        most = q;
        best = a;
      }
    }
    return best;
  }
}
