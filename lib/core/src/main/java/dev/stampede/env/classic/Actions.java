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
    float[] numbers = action.numbers();
    if (numbers.length != 1) {
      throw new IllegalArgumentException(
          "%s takes an action of 1 number but got %d".formatted(name(task), numbers.length));
    }
    if (Float.isNaN(numbers[0])) {
      throw new IllegalArgumentException(
          "%s takes a number as action but got NaN; has the policy diverged?"
              .formatted(name(task)));
    }
    return numbers[0];
  }

  private static String name(Environment task) {
    return task.getClass().getSimpleName();
  }
}
