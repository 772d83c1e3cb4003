package dev.stampede.env;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The set of values an observation or an action may take, named as Gymnasium names them.
 *
 * <p>Algorithms learn from {@link Box} observations and act in {@link Discrete} or {@link Box}
 * spaces; {@link Flatten} turns other observations into a Box. {@link SpaceValues} reads and writes
 * values of every space.
 */
public sealed interface Space
    permits Space.Discrete,
        Space.Box,
        Space.MultiDiscrete,
        Space.MultiBinary,
        Space.Tuple,
        Space.Dict,
        Space.Varying {

  /**
   * How many numbers one value of this space has.
   *
   * @throws UnsupportedOperationException if its values {@linkplain Varying vary in size}
   */
  int size();

  /**
   * Bytes that one value takes, in C order and in the space's own types, members one after another.
   *
   * @throws UnsupportedOperationException if its values {@linkplain Varying vary in size}
   */
  int bytes();

  /** Whether every value has the same {@link #size()}: not so in texts, sequences, graphs. */
  default boolean fixedSize() {
    return true;
  }

  /**
   * One of {@code n} choices, {@code start}, …, {@code start + n − 1} where the environment counts;
   * algorithms count from 0.
   */
  record Discrete(int n, int start) implements Space {
    public Discrete {
      if (n < 1) {
        throw new IllegalArgumentException(
            "a Discrete space needs at least 1 choice but n is " + n);
      }
    }

    public Discrete(int n) {
      this(n, 0);
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public int bytes() {
      return Long.BYTES;
    }

    @Override
    public String toString() {
      return start == 0 ? "Discrete(" + n + ")" : "Discrete(" + n + ", start=" + start + ")";
    }
  }

  /**
   * An array of numbers with bounds. Immutable.
   *
   * <p>{@code low} and {@code high} hold either one number for every element, or one for each
   * element in C order.
   */
  final class Box implements Space {
    private final int[] shape;
    private final int size; // Asked for at each step.
    private final Element element;
    private final double[] low;
    private final double[] high;

    private Box(int[] shape, Element element, double[] low, double[] high) {
      this.shape = shape.clone();
      this.size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
      this.element = element;
      this.low = low.clone();
      this.high = high.clone();
      for (double[] bound : new double[][] {low, high}) {
        if (bound.length != 1 && bound.length != size) {
          throw new IllegalArgumentException(
              "bounds of a Box: expected 1 or " + size + " numbers but got " + bound.length);
        }
      }
    }

    /** Any real numbers of this shape. */
    public static Box floats(int... shape) {
      return floats(shape, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
    }

    /** Real numbers of this shape, each within [low, high]. */
    public static Box floats(int[] shape, float low, float high) {
      return new Box(shape, Element.FLOAT32, new double[] {low}, new double[] {high});
    }

    /** Real numbers of this shape, each within its own bounds, given in C order. */
    public static Box floats(int[] shape, float[] low, float[] high) {
      return new Box(shape, Element.FLOAT32, doubles(low), doubles(high));
    }

    /** Bytes 0…255 of this shape, as pixels are; they stay bytes until they are in the tensor. */
    public static Box bytes(int... shape) {
      return new Box(shape, Element.UINT8, new double[] {0}, new double[] {255});
    }

    /** Numbers of any type, within bounds: one for all elements, or one for each in C order. */
    public static Box of(Element element, int[] shape, double[] low, double[] high) {
      return new Box(shape, element, low, high);
    }

    public int[] shape() {
      return shape.clone();
    }

    public Element element() {
      return element;
    }

    /** Lower bound of element {@code i} in C order. */
    public double low(int i) {
      return low[low.length == 1 ? 0 : i];
    }

    /** Upper bound of element {@code i} in C order. */
    public double high(int i) {
      return high[high.length == 1 ? 0 : i];
    }

    @Override
    public int size() {
      return size;
    }

    @Override
    public int bytes() {
      return Math.multiplyExact(size(), element.bytes());
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Box box
          && Arrays.equals(shape, box.shape)
          && element == box.element
          && Arrays.equals(low, box.low)
          && Arrays.equals(high, box.high);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(shape) * 31 + element.hashCode();
    }

    @Override
    public String toString() {
      return "Box(shape=" + Arrays.toString(shape) + ", " + element + ")";
    }

    private static double[] doubles(float[] floats) {
      double[] doubles = new double[floats.length];
      for (int i = 0; i < floats.length; i++) {
        doubles[i] = floats[i];
      }
      return doubles;
    }
  }

  /**
   * An array of choices: element {@code i}, in C order, is one of {@code start[i]}, …, {@code
   * start[i] + n[i] − 1}.
   */
  record MultiDiscrete(List<Integer> shape, List<Long> n, List<Long> start, Element element)
      implements Space {
    public MultiDiscrete {
      shape = List.copyOf(shape);
      n = List.copyOf(n);
      start = List.copyOf(start);
    }

    /** A vector of choices, each counted from 0. */
    public static MultiDiscrete of(int... n) {
      return new MultiDiscrete(
          List.of(n.length),
          Arrays.stream(n).mapToObj(Long::valueOf).toList(),
          Collections.nCopies(n.length, 0L),
          Element.INT64);
    }

    @Override
    public int size() {
      return n.size();
    }

    @Override
    public int bytes() {
      return size() * element.bytes();
    }

    @Override
    public String toString() {
      return "MultiDiscrete(" + n + ")";
    }
  }

  /** An array of zeros and ones, a byte each. */
  record MultiBinary(List<Integer> shape) implements Space {
    public MultiBinary {
      shape = List.copyOf(shape);
    }

    @Override
    public int size() {
      return shape.stream().reduce(1, Math::multiplyExact);
    }

    @Override
    public int bytes() {
      return size();
    }

    @Override
    public String toString() {
      return "MultiBinary(" + shape + ")";
    }
  }

  /** A space whose values vary in size. */
  sealed interface Varying extends Space permits Text, Sequence, Graph, OneOf {
    @Override
    default int size() {
      throw new UnsupportedOperationException("values of " + this + " vary in size");
    }

    @Override
    default int bytes() {
      throw new UnsupportedOperationException("values of " + this + " vary in size");
    }

    @Override
    default boolean fixedSize() {
      return false;
    }
  }

  /**
   * Characters.
   *
   * @param characters those that may occur; empty if that is not limited
   */
  record Text(int minLength, int maxLength, String characters) implements Varying {
    @Override
    public String toString() {
      return "Text(" + minLength + "…" + maxLength + " characters)";
    }
  }

  /** Members by position. */
  record Tuple(List<Space> spaces) implements Space {
    public Tuple {
      spaces = List.copyOf(spaces);
    }

    @Override
    public int size() {
      return spaces.stream().mapToInt(Space::size).sum();
    }

    @Override
    public int bytes() {
      return spaces.stream().mapToInt(Space::bytes).sum();
    }

    @Override
    public boolean fixedSize() {
      return spaces.stream().allMatch(Space::fixedSize);
    }

    @Override
    public String toString() {
      return spaces.stream().map(Space::toString).collect(Collectors.joining(", ", "Tuple(", ")"));
    }
  }

  /** Members by name, in the order of the environment's own {@code spaces}. */
  record Dict(Map<String, Space> spaces) implements Space {
    public Dict {
      spaces = Collections.unmodifiableMap(new LinkedHashMap<>(spaces));
    }

    @Override
    public int size() {
      return spaces.values().stream().mapToInt(Space::size).sum();
    }

    @Override
    public int bytes() {
      return spaces.values().stream().mapToInt(Space::bytes).sum();
    }

    @Override
    public boolean fixedSize() {
      return spaces.values().stream().allMatch(Space::fixedSize);
    }

    @Override
    public String toString() {
      return spaces.entrySet().stream()
          .map(member -> member.getKey() + ": " + member.getValue())
          .collect(Collectors.joining(", ", "Dict(", ")"));
    }
  }

  /**
   * Any number of values of one space.
   *
   * @param stacked whether the environment gives them as one array with a first axis more
   */
  record Sequence(Space space, boolean stacked) implements Varying {
    @Override
    public String toString() {
      return "Sequence(" + space + ")";
    }
  }

  /**
   * Nodes and edges between them.
   *
   * @param edge null where edges have no value of their own
   */
  record Graph(Space node, @Nullable Space edge) implements Varying {
    @Override
    public String toString() {
      return "Graph(" + node + ", " + Objects.requireNonNullElse(edge, "None") + ")";
    }
  }

  /** A value of one of several spaces. */
  record OneOf(List<Space> spaces) implements Varying {
    public OneOf {
      spaces = List.copyOf(spaces);
    }

    @Override
    public String toString() {
      return spaces.stream().map(Space::toString).collect(Collectors.joining(", ", "OneOf(", ")"));
    }
  }

  /** How one number is stored; the names are numpy's. */
  enum Element {
    BOOL(1),
    UINT8(1),
    INT8(1),
    UINT16(2),
    INT16(2),
    FLOAT16(2),
    UINT32(4),
    INT32(4),
    FLOAT32(4),
    UINT64(8),
    INT64(8),
    FLOAT64(8);

    private final int bytes;

    Element(int bytes) {
      this.bytes = bytes;
    }

    public int bytes() {
      return bytes;
    }

    /** Whether numbers of this kind have fractions. */
    public boolean real() {
      return this == FLOAT16 || this == FLOAT32 || this == FLOAT64;
    }

    /**
     * By numpy's name.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public static Element of(String name) {
      try {
        return valueOf(name.toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "numbers of type "
                + name
                + " cannot cross; expected one of "
                + Arrays.toString(values()),
            e);
      }
    }

    /** numpy's name. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
