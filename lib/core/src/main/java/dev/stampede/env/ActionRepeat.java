package dev.stampede.env;

/** Does each action several times and adds up the rewards. */
public final class ActionRepeat extends Wrapper {
  private final int times;

  /**
   * @param times how often each action is done
   */
  public ActionRepeat(Environment inner, int times) {
    super(inner);
    if (times < 1) {
      throw new IllegalArgumentException("an action is done at least once but times is " + times);
    }
    this.times = times;
  }

  @Override
  public Step step(Action action) {
    double reward = 0;
    Step step;
    int done = 0;
    do {
      step = super.step(action);
      reward += step.reward();
      done++;
    } while (done < times && !step.last());
    return step.withReward(reward);
  }
}
