package dev.stampede.gym;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Refuses observations and rewards that are not a number, since one of them makes every parameter
 * of a network NaN. An infinite reward does the same and is refused as well; an infinite
 * observation is not, since some spaces have no bounds. Pixels are never NaN and cost nothing here.
 */
final class NumbersCheck extends Wrapper {
  private final String id;
  private final ByteBuffer numbers;
  private long step;

  /**
   * @param id what the messages call the environment
   */
  NumbersCheck(Environment inner, String id) {
    super(inner);
    this.id = id;
    boolean real =
        inner.observationSpace() instanceof Space.Box box && box.element() == Space.Element.FLOAT32;
    int bytes = real ? inner.observationSpace().size() * Float.BYTES : 0;
    this.numbers = ByteBuffer.allocate(bytes).order(ByteOrder.nativeOrder());
  }

  @Override
  public Observation reset(long seed) {
    step = 0;
    return checked(super.reset(seed));
  }

  @Override
  public Observation reset() {
    step = 0;
    return checked(super.reset());
  }

  /**
   * {@inheritDoc}
   *
   * @throws EnvironmentException if the environment gives something that is not a number
   */
  @Override
  public Step step(Action action) {
    Step result = super.step(action);
    step++;
    if (!Double.isFinite(result.reward())) {
      throw new EnvironmentException(
          "%s: expected a finite reward but got %s in step %d of the episode; look in the environment for a division by zero or a state that has left its bounds"
              .formatted(id, result.reward(), step));
    }
    if (result.ending() != Step.Ending.LOST) { // Then it is the observation before.
      checked(result.observation());
    }
    return result;
  }

  private Observation checked(Observation observation) {
    if (numbers.capacity() > 0) {
      observation.copyTo(numbers.clear());
      for (int i = 0; i < numbers.capacity(); i += Float.BYTES) {
        if (Float.isNaN(numbers.getFloat(i))) {
          throw notANumber(i / Float.BYTES);
        }
      }
    }
    return observation;
  }

  private EnvironmentException notANumber(int element) {
    return new EnvironmentException(
        "%s: expected numbers but element %d of the observation is NaN %s; look in the environment for a division by zero or a state that has left its bounds"
            .formatted(
                id,
                element,
                step == 0 ? "after the reset" : "in step " + step + " of the episode"));
  }
}
