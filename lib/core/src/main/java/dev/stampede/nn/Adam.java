package dev.stampede.nn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Adam, with β₁ = 0.9 and β₂ = 0.999: Kingma and Ba (2015), arXiv:1412.6980, algorithm 1. One
 * instance for all threads shares moments and step count, without a lock.
 */
public final class Adam extends Optimizer {
  private static final float BETA1 = 0.9f;
  private static final float BETA2 = 0.999f;

  private final float epsilon;
  private final float weightDecay;
  private final AtomicLong t = new AtomicLong();

  /**
   * @param size how many parameters θ has
   * @param epsilon added outside the root
   * @param clip gradients of a larger Euclidean norm are scaled down to this one
   */
  public Adam(int size, double epsilon, double clip) {
    this(size, epsilon, clip, 0);
  }

  /**
   * @param weightDecay λ of ½λ‖θ‖², which is added to the loss; clipping does not see it
   */
  public Adam(int size, double epsilon, double clip, double weightDecay) {
    super(size, 2, clip);
    this.epsilon = (float) epsilon;
    this.weightDecay = (float) weightDecay;
  }

  @Override
  public void save(DataOutput out) throws IOException {
    super.save(out);
    out.writeLong(t.get());
  }

  @Override
  public void restore(DataInput in) throws IOException {
    super.restore(in);
    t.set(in.readLong());
  }

  @Override
  public float begin(float eta) {
    t.incrementAndGet();
    return eta;
  }

  @Override
  void step(Scratch s, int count, float scale, float eta) {
    // η·m̂/(√v̂ + ε) with m̂ = m/c₁ and v̂ = v/c₂ is η·√c₂/c₁ · m/(√v + ε√c₂).
    long now = t.get();
    float c1 = (float) (1 - Math.pow(BETA1, now));
    float rootC2 = (float) Math.sqrt(1 - Math.pow(BETA2, now));
    float rate = eta * rootC2 / c1;
    float applied = scale;
    if (weightDecay > 0) {
      decay(s, count, scale, weightDecay);
      applied = 1;
    }
    update(s, count, applied, rate, epsilon * rootC2);
  }

  /** Makes delta the gradient of loss + ½λ‖θ‖². */
  private static void decay(Scratch s, int count, float scale, float lambda) {
    for (int i = 0; i < count; i++) {
      s.delta[i] = s.delta[i] * scale + lambda * s.theta[i];
    }
  }

  private static void update(Scratch s, int count, float scale, float rate, float epsilon) {
    float[] theta = s.theta;
    float[] delta = s.delta;
    float[] m = s.statistics[0];
    float[] v = s.statistics[1];
    for (int i = 0; i < count; i++) {
      float d = delta[i] * scale;
      float mNew = BETA1 * m[i] + (1 - BETA1) * d;
      float vNew = BETA2 * v[i] + (1 - BETA2) * d * d;
      m[i] = mNew;
      v[i] = vNew;
      theta[i] -= rate * mNew / ((float) Math.sqrt(vNew) + epsilon);
    }
  }
}
