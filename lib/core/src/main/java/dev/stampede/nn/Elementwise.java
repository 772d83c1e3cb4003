package dev.stampede.nn;

import java.util.Optional;

/** What follows a dense layer on each unit, with its derivative as a function of the result. */
enum Elementwise {
  IDENTITY("") {
    @Override
    void apply(float[] units, int from, int to) {}

    @Override
    void derive(float[] units, float[] gradient, int from, int to) {}
  },
  RELU("ReLU") {
    @Override
    void apply(float[] units, int from, int to) {
      for (int i = from; i < to; i++) {
        units[i] = Math.max(units[i], 0);
      }
    }

    @Override
    void derive(float[] units, float[] gradient, int from, int to) {
      for (int i = from; i < to; i++) {
        gradient[i] = units[i] > 0 ? gradient[i] : 0;
      }
    }
  },
  TANH("Tanh") {
    @Override
    void apply(float[] units, int from, int to) {
      for (int i = from; i < to; i++) {
        units[i] = tanh(units[i]);
      }
    }

    @Override
    void derive(float[] units, float[] gradient, int from, int to) {
      for (int i = from; i < to; i++) {
        gradient[i] *= 1 - units[i] * units[i];
      }
    }
  },
  SIGMOID("sigmoid") {
    @Override
    void apply(float[] units, int from, int to) {
      for (int i = from; i < to; i++) {
        units[i] = 0.5f + 0.5f * tanh(0.5f * units[i]);
      }
    }

    @Override
    void derive(float[] units, float[] gradient, int from, int to) {
      for (int i = from; i < to; i++) {
        gradient[i] *= units[i] * (1 - units[i]);
      }
    }
  },
  SOFTPLUS("softPlus") {
    @Override
    void apply(float[] units, int from, int to) {
      for (int i = from; i < to; i++) {
        units[i] = (float) (Math.max(units[i], 0) + Math.log1p(Math.exp(-Math.abs(units[i]))));
      }
    }

    @Override
    void derive(float[] units, float[] gradient, int from, int to) {
      for (int i = from; i < to; i++) {
        gradient[i] *= (float) -Math.expm1(-units[i]);
      }
    }
  };

  /** The name that DJL's own activation blocks have. */
  private final String djlName;

  Elementwise(String djlName) {
    this.djlName = djlName;
  }

  static Optional<Elementwise> named(String djlName) {
    for (Elementwise each : values()) {
      if (each.djlName.equals(djlName) && each != IDENTITY) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /** Replaces {@code units[from … to)} by the function of each. */
  abstract void apply(float[] units, int from, int to);

  /**
   * Multiplies {@code gradient[from … to)} by the derivative where the function gave {@code
   * units[from … to)}.
   */
  abstract void derive(float[] units, float[] gradient, int from, int to);

  /**
   * tanh to about float's precision, without a branch or a call, so that loops over it become
   * vector instructions: the rational minimax approximation that Eigen and XLA use. {@link
   * Math#tanh} takes longer than all else in a small network.
   */
  static float tanh(float value) {
    float x = Math.max(-7.90531f, Math.min(7.90531f, value)); // Beyond, tanh is 1 in a float.
    float x2 = x * x;
    float p = -2.76076847742355e-16f;
    p = p * x2 + 2.00018790482477e-13f;
    p = p * x2 - 8.60467152213735e-11f;
    p = p * x2 + 5.12229709037114e-08f;
    p = p * x2 + 1.48572235717979e-05f;
    p = p * x2 + 6.37261928875436e-04f;
    p = p * x2 + 4.89352455891786e-03f;
    float q = 1.19825839466702e-06f;
    q = q * x2 + 1.18534705686654e-04f;
    q = q * x2 + 2.26843463243900e-03f;
    q = q * x2 + 4.89352518554385e-03f;
    return x * p / q;
  }
}
