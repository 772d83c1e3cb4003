package dev.stampede.env.classic;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Space;

/** Checks what a task is asked to do. */
final class Actions {
  private Actions() {}

  /** The choice, one of those of the task's Discrete space. */
  static int choice(Environment task, Action action) {
    int n = ((Space.Discrete) task.actionSpace()).n();
    int choice = action.index();
    if (choice < 0 || choice >= n) {
      throw new IllegalArgumentException(
          "%s takes an action of 0…%d but got %d".formatted(name(task), n - 1, choice));
    }
    return choice;
  }

  /** The one number; it may lie outside the bounds. */
  static float number(Environment task, Action action) {
    return numbers(task, action)[0];
  }

  /** The numbers; they may lie outside the bounds. */
  static float[] numbers(Environment task, Action action) {
    float[] numbers = action.numbers();
    int n = task.actionSpace().size();
    if (numbers.length != n) {
      throw new IllegalArgumentException(
          "%s takes an action of %d number%s but got %d"
              .formatted(name(task), n, n == 1 ? "" : "s", numbers.length));
    }
    for (float number : numbers) {
      if (Float.isNaN(number)) {
        throw new IllegalArgumentException(
            "%s takes a number as action but got NaN; has the policy diverged?"
                .formatted(name(task)));
      }
    }
    return numbers;
  }

  private static String name(Environment task) {
    return task.getClass().getSimpleName();
  }
}
