package dev.stampede.algorithm;

import dev.stampede.env.Action;
import dev.stampede.env.Space;
import java.util.random.RandomGenerator;

/**
 * μ(s): numbers within the bounds of an action space, each the tanh of one of a network's outputs.
 * Networks and noise have them between −1 and 1, "unit" here, whatever the bounds; row after row.
 */
record BoundedActions(Space.Box space) {

  /**
   * @throws IllegalArgumentException if the actions are no numbers, or one of them has no bounds
   */
  static BoundedActions of(Space actions) {
    if (!(actions instanceof Space.Box box)) {
      throw new IllegalArgumentException(
          "a deterministic policy gradient: expected actions that are numbers but got "
              + actions
              + "; A3C and the methods that learn Q(s, a) of each action take a choice");
    }
    for (int i = 0; i < box.size(); i++) {
      double range = box.high(i) - box.low(i);
      if (!(range > 0) || Double.isInfinite(range)) {
        throw new IllegalArgumentException(
            "a deterministic policy gradient: expected actions within bounds, which its tanh is"
                + " scaled to, but number "
                + i
                + " of "
                + box
                + " goes from "
                + box.low(i)
                + " to "
                + box.high(i)
                + "; give the environment an actionSpace() with bounds, or use A3C");
      }
    }
    return new BoundedActions(box);
  }

  /** Numbers of an action. */
  int size() {
    return space.size();
  }

  /** μ(s) as the environment takes it. */
  Action at(float[] out) {
    return action(unit(out, 1));
  }

  /** The same for people to look at. */
  Outlook outlook(float[] out) {
    return Outlook.ofNumbers(at(out).numbers());
  }

  /** tanh of the outputs for {@code n} states. */
  float[] unit(float[] out, int n) {
    float[] unit = new float[n * size()];
    for (int k = 0; k < unit.length; k++) {
      unit[k] = (float) Math.tanh(out[k]);
    }
    return unit;
  }

  /** An action of the environment's, as the networks have it. */
  float[] unit(Action a) {
    float[] unit = new float[size()];
    unit(a, unit, 0);
    return unit;
  }

  /** These actions of the environment, as the networks have them. */
  float[] unit(Minibatch batch) {
    float[] unit = new float[batch.size() * size()];
    for (int j = 0; j < batch.size(); j++) {
      unit(batch.action(j), unit, j * size());
    }
    return unit;
  }

  private void unit(Action a, float[] into, int at) {
    for (int i = 0; i < size(); i++) {
      double share = (a.numbers()[i] - space.low(i)) / (space.high(i) - space.low(i));
      into[at + i] = (float) (2 * share - 1);
    }
  }

  /** Each number uniform within its bounds. */
  Action random(RandomGenerator random) {
    float[] unit = new float[size()];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) random.nextDouble(-1, 1);
    }
    return action(unit);
  }

  /** The environment's action; what is beyond ±1 is cut off at its bounds. */
  Action action(float[] unit) {
    float[] numbers = new float[size()];
    for (int i = 0; i < numbers.length; i++) {
      double within = Math.max(-1, Math.min(1, unit[i]));
      numbers[i] = (float) (space.low(i) + (within + 1) / 2 * (space.high(i) - space.low(i)));
    }
    return Action.of(numbers);
  }
}
