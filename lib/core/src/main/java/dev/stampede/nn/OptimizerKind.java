package dev.stampede.nn;

import java.util.Locale;

/** The optimizers by name, and whether threads share their statistics. */
public enum OptimizerKind {
  /** RMSProp whose g all threads share: the paper's choice, the most robust of its three. */
  SHARED_RMSPROP(true),
  /** RMSProp with each thread's own g. */
  RMSPROP(false),
  /** SGD with each thread's own momentum. */
  MOMENTUM(false),
  SHARED_ADAM(true),
  ADAM(false),
  /** RMSProp divided by a standard deviation: DQN's and Ape-X's, one for all threads. */
  SHARED_CENTERED_RMSPROP(true);

  private final boolean shared;

  OptimizerKind(boolean shared) {
    this.shared = shared;
  }

  /** Whether one instance serves all threads. */
  public boolean shared() {
    return shared;
  }

  /** Such as {@code shared-rmsprop}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * A new optimizer.
   *
   * @param alpha decay of g, or of the momentum; Adam has its own
   * @param epsilon inside the root for RMSProp, outside for Adam
   */
  public Optimizer make(int size, double alpha, double epsilon, double clip) {
    return switch (this) {
      case SHARED_RMSPROP, RMSPROP -> new RmsProp(size, alpha, epsilon, clip);
      case MOMENTUM -> new MomentumSgd(size, alpha, clip);
      case SHARED_ADAM, ADAM -> new Adam(size, epsilon, clip);
      case SHARED_CENTERED_RMSPROP -> new CenteredRmsProp(size, alpha, epsilon, clip);
    };
  }
}
