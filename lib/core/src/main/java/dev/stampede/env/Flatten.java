package dev.stampede.env;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;

/**
 * Observations as networks take them: one Box of float32 numbers.
 *
 * <p>A Box keeps its shape. Of other spaces every member's numbers follow one another, with each
 * choice of a Discrete or MultiDiscrete as one-hot, as {@code gymnasium.spaces.flatten} has it.
 */
public final class Flatten extends Wrapper {
  private final Space space;
  private final Space.Box flat;
  private final float[] numbers;
  private final ByteBuffer bytes;
  private final Observation observation;

  private Flatten(Environment inner) {
    super(inner);
    this.space = inner.observationSpace();
    this.flat = flat(space);
    this.numbers = new float[flat.size()];
    this.bytes = ByteBuffer.allocate(space.bytes()).order(ByteOrder.nativeOrder());
    this.observation = Observation.of(numbers);
  }

  /**
   * The environment itself if networks take its observations as they are (a Box of float32 or
   * uint8), otherwise with flat observations around it.
   *
   * @throws IllegalArgumentException if its observations vary in size
   */
  public static Environment around(Environment environment) {
    Space space = environment.observationSpace();
    if (!space.fixedSize()) {
      throw new IllegalArgumentException(
          "a network needs observations of one size, but these are " + space);
    }
    return space instanceof Space.Box box && ready(box) ? environment : new Flatten(environment);
  }

  /** What {@link #around} makes of observations of this space, which must be of fixed size. */
  public static Space.Box flat(Space space) {
    if (space instanceof Space.Box box) {
      return ready(box)
          ? box
          : Space.Box.of(Space.Element.FLOAT32, box.shape(), bounds(box, true), bounds(box, false));
    }
    List<Double> low = new ArrayList<>();
    List<Double> high = new ArrayList<>();
    bounds(space, low, high);
    return Space.Box.of(Space.Element.FLOAT32, new int[] {low.size()}, doubles(low), doubles(high));
  }

  @Override
  public Space observationSpace() {
    return flat;
  }

  @Override
  public Observation reset(long seed) {
    return flat(super.reset(seed));
  }

  @Override
  public Observation reset() {
    return flat(super.reset());
  }

  @Override
  public Step step(Action action) {
    Step step = super.step(action);
    return new Step(flat(step.observation()), step.reward(), step.ending(), step.episode());
  }

  private Observation flat(Observation raw) {
    raw.copyTo(bytes.clear());
    write(space, bytes.flip(), 0);
    return observation;
  }

  /** Writes the numbers of the next value at {@code i} and says where the next ones belong. */
  private int write(Space part, ByteBuffer source, int i) {
    int next = i;
    if (part instanceof Space.Discrete discrete) {
      next = oneHot(source.getLong() - discrete.start(), discrete.n(), next);
    } else if (part instanceof Space.MultiDiscrete choices) {
      for (int c = 0; c < choices.size(); c++) {
        long choice = (long) SpaceValues.readFloat(choices.element(), source);
        next = oneHot(choice - choices.start().get(c), choices.n().get(c), next);
      }
    } else if (part instanceof Space.Tuple tuple) {
      for (Space member : tuple.spaces()) {
        next = write(member, source, next);
      }
    } else if (part instanceof Space.Dict dict) {
      for (Space member : dict.spaces().values()) {
        next = write(member, source, next);
      }
    } else {
      Space.Element element =
          part instanceof Space.Box box ? box.element() : Space.Element.INT8; // MultiBinary.
      for (int n = part.size(); n > 0; n--) {
        numbers[next++] = SpaceValues.readFloat(element, source);
      }
    }
    return next;
  }

  private int oneHot(long choice, long n, int i) {
    if (choice < 0 || choice >= n) {
      throw new EnvironmentException(
          "the environment observed choice %d (counted from 0) of a space that has %d"
              .formatted(choice, n));
    }
    Arrays.fill(numbers, i, i + (int) n, 0);
    numbers[i + (int) choice] = 1;
    return i + (int) n;
  }

  private static boolean ready(Space.Box box) {
    return box.element() == Space.Element.FLOAT32 || box.element() == Space.Element.UINT8;
  }

  private static void bounds(Space part, List<Double> low, List<Double> high) {
    if (part instanceof Space.Box box) {
      for (int i = 0; i < box.size(); i++) {
        low.add(box.low(i));
        high.add(box.high(i));
      }
    } else if (part instanceof Space.Tuple tuple) {
      bounds(tuple.spaces(), low, high);
    } else if (part instanceof Space.Dict dict) {
      bounds(dict.spaces().values(), low, high);
    } else {
      long n =
          part instanceof Space.Discrete discrete
              ? discrete.n()
              : part instanceof Space.MultiDiscrete choices
                  ? choices.n().stream().mapToLong(Long::longValue).sum()
                  : part.size();
      for (long i = 0; i < n; i++) {
        low.add(0.0);
        high.add(1.0);
      }
    }
  }

  private static void bounds(Collection<Space> parts, List<Double> low, List<Double> high) {
    parts.forEach(part -> bounds(part, low, high));
  }

  private static double[] bounds(Space.Box box, boolean low) {
    double[] bounds = new double[box.size()];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = low ? box.low(i) : box.high(i);
    }
    return bounds;
  }

  private static double[] doubles(List<Double> numbers) {
    return numbers.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
