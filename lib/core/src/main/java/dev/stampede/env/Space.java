package dev.stampede.env;

import java.util.Arrays;

/** The set of values an observation or an action may take, named as Gymnasium names them. */
public sealed interface Space permits Space.Discrete, Space.Box {

  /** How many numbers one value of this space has. */
  int size();

  /**
   * One of {@code n} choices, {@code start}, …, {@code start + n − 1} where the environment counts;
   * Stampede always counts from 0.
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
    private final Element element;
    private final float[] low;
    private final float[] high;

    private Box(int[] shape, Element element, float[] low, float[] high) {
      this.shape = shape.clone();
      this.element = element;
      this.low = low.clone();
      this.high = high.clone();
      for (float[] bound : new float[][] {low, high}) {
        if (bound.length != 1 && bound.length != size()) {
          throw new IllegalArgumentException(
              "bounds of a Box: expected 1 or " + size() + " numbers but got " + bound.length);
        }
      }
    }

    /** Any real numbers of this shape. */
    public static Box floats(int... shape) {
      return floats(shape, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY);
    }

    /** Real numbers of this shape, each within [low, high]. */
    public static Box floats(int[] shape, float low, float high) {
      return new Box(shape, Element.FLOAT32, new float[] {low}, new float[] {high});
    }

    /** Real numbers of this shape, each within its own bounds, given in C order. */
    public static Box floats(int[] shape, float[] low, float[] high) {
      return new Box(shape, Element.FLOAT32, low, high);
    }

    /** Bytes 0…255 of this shape, as pixels are; they stay bytes until they are in the tensor. */
    public static Box bytes(int... shape) {
      return new Box(shape, Element.UINT8, new float[] {0}, new float[] {255});
    }

    public int[] shape() {
      return shape.clone();
    }

    public Element element() {
      return element;
    }

    /** Lower bound of element {@code i} in C order. */
    public float low(int i) {
      return low[low.length == 1 ? 0 : i];
    }

    /** Upper bound of element {@code i} in C order. */
    public float high(int i) {
      return high[high.length == 1 ? 0 : i];
    }

    @Override
    public int size() {
      return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    /** Bytes that one value takes in C order. */
    public int bytes() {
      return size() * element.bytes();
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
      return "Box(shape="
          + Arrays.toString(shape)
          + ", "
          + element.name().toLowerCase(java.util.Locale.ROOT)
          + ")";
    }
  }

  /** How one number of an observation is stored. */
  enum Element {
    UINT8(1),
    FLOAT32(4);

    private final int bytes;

    Element(int bytes) {
      this.bytes = bytes;
    }

    public int bytes() {
      return bytes;
    }
  }
}
