package dev.stampede.env;

import java.io.ByteArrayOutputStream;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Values of any {@link Space} as plain objects, and the bytes that stand for them.
 *
 * <p>As an object a value is what its JSON would be: a {@code Long} of a Discrete (as the
 * environment counts), nested {@code List}s of {@code Long}, {@code Double} or {@code Boolean} of a
 * Box, MultiDiscrete or MultiBinary (a number alone if the shape is empty), a {@code String} of a
 * Text, a {@code List} of a Tuple or Sequence, a {@code Map} of a Dict, {@code {nodes, edges,
 * edge_links}} of a Graph and {@code [index, value]} of a OneOf. Where a value is taken, arrays and
 * any {@code Number} will do.
 *
 * <p>As bytes it is its numbers in C order, in the space's own types and native byte order, a
 * Discrete as int64, a Text as UTF-8, members one after another.
 */
public final class SpaceValues {
  private SpaceValues() {}

  /**
   * The bytes of a value.
   *
   * @throws IllegalArgumentException if it is not one of this space; the message says where
   */
  public static byte[] bytes(Space space, Object value) {
    var out = new Out();
    new Writer(out).write("value", space, value);
    return out.toByteArray();
  }

  /**
   * Writes the bytes of a value at the target's position and advances it.
   *
   * @throws IllegalArgumentException if it is not one of this space; the message says where
   */
  public static void write(Space space, Object value, ByteBuffer target) {
    target.put(bytes(space, value));
  }

  /**
   * Reads a value at the source's position and advances it.
   *
   * @throws UnsupportedOperationException if values of this space vary in size
   */
  public static Object read(Space space, ByteBuffer source) {
    source.order(ByteOrder.nativeOrder());
    if (space instanceof Space.Discrete) {
      return source.getLong();
    } else if (space instanceof Space.Box box) {
      return readArray(box.shape(), 0, box.element(), source);
    } else if (space instanceof Space.MultiDiscrete choices) {
      return readArray(ints(choices.shape()), 0, choices.element(), source);
    } else if (space instanceof Space.MultiBinary bits) {
      return readArray(ints(bits.shape()), 0, Space.Element.INT8, source);
    } else if (space instanceof Space.Tuple tuple) {
      List<Object> values = new ArrayList<>();
      tuple.spaces().forEach(member -> values.add(read(member, source)));
      return values;
    } else if (space instanceof Space.Dict dict) {
      Map<String, Object> values = new LinkedHashMap<>();
      dict.spaces().forEach((name, member) -> values.put(name, read(member, source)));
      return values;
    }
    throw new UnsupportedOperationException("values of " + space + " vary in size");
  }

  /**
   * The action that this value is.
   *
   * @throws IllegalArgumentException if it is not one of this space, or the space is neither
   *     Discrete nor a Box, in which Java environments act
   */
  static Action action(Space space, Object value) {
    ByteBuffer bytes = ByteBuffer.wrap(bytes(space, value)).order(ByteOrder.nativeOrder());
    if (space instanceof Space.Discrete discrete) {
      return Action.of((int) (bytes.getLong() - discrete.start()));
    }
    if (space instanceof Space.Box box) {
      float[] numbers = new float[box.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = readFloat(box.element(), bytes);
      }
      return Action.of(numbers);
    }
    throw new IllegalArgumentException(
        "actions: expected a Discrete space or a Box but got " + space);
  }

  /**
   * An action drawn as {@link #sample} does.
   *
   * @throws IllegalArgumentException if the space is neither Discrete nor a Box
   */
  public static Action sampleAction(Space space, RandomGenerator random) {
    return action(space, sample(space, random));
  }

  /**
   * A value drawn uniformly; unbounded numbers are drawn from [−1, 1], or, where that crosses the
   * one bound that they have, from the 2 next to it.
   *
   * @throws UnsupportedOperationException if values of this space vary in size
   */
  public static Object sample(Space space, RandomGenerator random) {
    if (space instanceof Space.Discrete discrete) {
      return discrete.start() + (long) random.nextInt(discrete.n());
    } else if (space instanceof Space.Box box) {
      double[] numbers = new double[box.size()];
      for (int i = 0; i < numbers.length; i++) {
        boolean real = box.element().real();
        double low = finite(box.low(i), Math.min(-1, box.high(i) - 2));
        double high = finite(box.high(i), Math.max(1, box.low(i) + 2));
        double drawn = low + random.nextDouble() * (real ? high - low : high - low + 1);
        numbers[i] = real ? (float) drawn : Math.min(high, Math.floor(drawn));
      }
      return nested(box.shape(), 0, numbers, new int[1], box.element());
    } else if (space instanceof Space.MultiDiscrete choices) {
      double[] numbers = new double[choices.size()];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = choices.start().get(i) + random.nextLong(choices.n().get(i));
      }
      return nested(ints(choices.shape()), 0, numbers, new int[1], choices.element());
    } else if (space instanceof Space.MultiBinary bits) {
      double[] numbers = random.ints(bits.size(), 0, 2).asDoubleStream().toArray();
      return nested(ints(bits.shape()), 0, numbers, new int[1], Space.Element.INT8);
    } else if (space instanceof Space.Tuple tuple) {
      return tuple.spaces().stream().map(member -> sample(member, random)).toList();
    } else if (space instanceof Space.Dict dict) {
      Map<String, Object> values = new LinkedHashMap<>();
      dict.spaces().forEach((name, member) -> values.put(name, sample(member, random)));
      return values;
    }
    throw new UnsupportedOperationException("values of " + space + " vary in size");
  }

  private static double finite(double bound, double otherwise) {
    return Double.isInfinite(bound) ? otherwise : bound;
  }

  private static Object nested(
      int[] shape, int axis, double[] numbers, int[] next, Space.Element element) {
    if (axis == shape.length) {
      double number = numbers[next[0]++];
      return element == Space.Element.BOOL
          ? (Object) (number != 0)
          : element.real() ? (Object) number : (Object) (long) number;
    }
    List<Object> values = new ArrayList<>(shape[axis]);
    for (int i = 0; i < shape[axis]; i++) {
      values.add(nested(shape, axis + 1, numbers, next, element));
    }
    return values;
  }

  private static Object readArray(int[] shape, int axis, Space.Element element, ByteBuffer source) {
    if (axis == shape.length) {
      return readNumber(element, source);
    }
    List<Object> values = new ArrayList<>(shape[axis]);
    for (int i = 0; i < shape[axis]; i++) {
      values.add(readArray(shape, axis + 1, element, source));
    }
    return values;
  }

  /** The next number, as {@code Long}, {@code Double}, {@code Boolean} or {@code BigInteger}. */
  private static Object readNumber(Space.Element element, ByteBuffer source) {
    return switch (element) {
      case BOOL -> source.get() != 0;
      case UINT8 -> (long) Byte.toUnsignedInt(source.get());
      case INT8 -> (long) source.get();
      case UINT16 -> (long) Short.toUnsignedInt(source.getShort());
      case INT16 -> (long) source.getShort();
      case UINT32 -> Integer.toUnsignedLong(source.getInt());
      case INT32 -> (long) source.getInt();
      case INT64 -> source.getLong();
      case UINT64 -> {
        long bits = source.getLong();
        yield bits >= 0 ? (Object) bits : new BigInteger(Long.toUnsignedString(bits));
      }
      case FLOAT16 -> (double) Half.toFloat(source.getShort());
      case FLOAT32 -> (double) source.getFloat();
      case FLOAT64 -> source.getDouble();
    };
  }

  /** The next number, rounded to float where it has more digits. */
  static float readFloat(Space.Element element, ByteBuffer source) {
    return switch (element) {
      case FLOAT32 -> source.getFloat();
      case FLOAT64 -> (float) source.getDouble();
      case INT64 -> source.getLong();
      case UINT64 -> new BigInteger(Long.toUnsignedString(source.getLong())).floatValue();
      case FLOAT16 -> Half.toFloat(source.getShort());
      case UINT8 -> Byte.toUnsignedInt(source.get());
      case BOOL, INT8 -> source.get();
      case UINT16 -> Short.toUnsignedInt(source.getShort());
      case INT16 -> source.getShort();
      case UINT32 -> Integer.toUnsignedLong(source.getInt());
      case INT32 -> source.getInt();
    };
  }

  /** Writes a number in an element's type; fractions that do not fit it are cut off. */
  public static void writeNumber(Space.Element element, double number, ByteBuffer target) {
    switch (element) {
      case BOOL -> target.put((byte) (number != 0 ? 1 : 0));
      case UINT8, INT8 -> target.put((byte) (long) number);
      case UINT16, INT16 -> target.putShort((short) (long) number);
      case UINT32, INT32 -> target.putInt((int) (long) number);
      case UINT64, INT64 -> target.putLong((long) number);
      case FLOAT16 -> target.putShort(Half.of((float) number));
      case FLOAT32 -> target.putFloat((float) number);
      case FLOAT64 -> target.putDouble(number);
    }
  }

  private static int[] ints(List<Integer> shape) {
    return shape.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Bytes that grow. */
  private static final class Out extends ByteArrayOutputStream {
    private final ByteBuffer one = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.nativeOrder());

    void number(Space.Element element, Number number) {
      one.clear();
      boolean wide = element == Space.Element.INT64 || element == Space.Element.UINT64;
      if (wide && !(number instanceof Double) && !(number instanceof Float)) {
        one.putLong(number.longValue()); // A double has too few digits.
      } else {
        writeNumber(element, number.doubleValue(), one);
      }
      write(one.array(), 0, one.position());
    }
  }

  /** Writes values and says where one does not belong. */
  private record Writer(Out out) {

    void write(String where, Space space, @Nullable Object value) {
      if (space instanceof Space.Discrete discrete) {
        long number = whole(where, value);
        if (number < discrete.start() || number >= discrete.start() + (long) discrete.n()) {
          throw wrong(
              where,
              "one of %d…%d"
                  .formatted(discrete.start(), discrete.start() + (long) discrete.n() - 1),
              value);
        }
        out.number(Space.Element.INT64, number);
      } else if (space instanceof Space.Box box) {
        array(where, box.shape(), 0, box.element(), value);
      } else if (space instanceof Space.MultiDiscrete choices) {
        choices(where, choices, value);
      } else if (space instanceof Space.MultiBinary bits) {
        array(where, ints(bits.shape()), 0, Space.Element.BOOL, value); // A byte as well.
      } else if (space instanceof Space.Text) {
        if (!(value instanceof String text)) {
          throw wrong(where, "a text", value);
        }
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      } else if (space instanceof Space.Tuple tuple) {
        List<?> values = list(where, tuple.spaces().size(), value);
        for (int i = 0; i < values.size(); i++) {
          write(where + "[" + i + "]", tuple.spaces().get(i), values.get(i));
        }
      } else if (space instanceof Space.Dict dict) {
        Map<?, ?> values = map(where, dict.spaces().keySet().toString(), value);
        if (!values.keySet().equals(dict.spaces().keySet())) {
          throw wrong(where, "the members " + dict.spaces().keySet(), values.keySet());
        }
        dict.spaces()
            .forEach((name, member) -> write(where + "." + name, member, values.get(name)));
      } else if (space instanceof Space.Sequence sequence) {
        List<?> values = list(where, -1, value);
        for (int i = 0; i < values.size(); i++) {
          write(where + "[" + i + "]", sequence.space(), values.get(i));
        }
      } else if (space instanceof Space.Graph graph) {
        graph(where, graph, value);
      } else if (space instanceof Space.OneOf oneOf) {
        List<?> values = list(where, 2, value);
        long index = whole(where + "[0]", values.get(0));
        if (index < 0 || index >= oneOf.spaces().size()) {
          throw wrong(where + "[0]", "one of 0…" + (oneOf.spaces().size() - 1), index);
        }
        out.number(Space.Element.INT64, index);
        write(where + "[1]", oneOf.spaces().get((int) index), values.get(1));
      }
    }

    private void choices(String where, Space.MultiDiscrete choices, @Nullable Object value) {
      Out checked = new Out();
      new Writer(checked).array(where, ints(choices.shape()), 0, Space.Element.INT64, value);
      ByteBuffer numbers = ByteBuffer.wrap(checked.toByteArray()).order(ByteOrder.nativeOrder());
      for (int i = 0; i < choices.size(); i++) {
        long start = choices.start().get(i);
        long number = numbers.getLong();
        if (number < start || number >= start + choices.n().get(i)) {
          throw wrong(
              where,
              "one of %d…%d at position %d".formatted(start, start + choices.n().get(i) - 1, i),
              number);
        }
        out.number(choices.element(), number);
      }
    }

    private void graph(String where, Space.Graph graph, @Nullable Object value) {
      Map<?, ?> values = map(where, "[nodes, edges, edge_links]", value);
      write(where + ".nodes", new Space.Sequence(graph.node(), true), values.get("nodes"));
      if (graph.edge() != null && values.get("edges") != null) {
        write(where + ".edges", new Space.Sequence(graph.edge(), true), values.get("edges"));
      }
      if (values.get("edge_links") != null) {
        Space link =
            Space.Box.of(Space.Element.INT32, new int[] {2}, new double[] {0}, new double[] {1e9});
        write(where + ".edge_links", new Space.Sequence(link, true), values.get("edge_links"));
      }
    }

    private void array(
        String where, int[] shape, int axis, Space.Element element, @Nullable Object value) {
      if (axis == shape.length) {
        if (value instanceof Boolean bool) {
          out.number(element, bool ? 1 : 0);
        } else if (value instanceof Number number) {
          if (!element.real() && number.doubleValue() % 1 != 0) {
            throw wrong(where, "a whole number", value);
          }
          if (!holds(element, number)) {
            throw wrong(where, "a number that " + element + " holds", value);
          }
          out.number(element, number);
        } else {
          throw wrong(where, "a number", value);
        }
        return;
      }
      List<?> values = list(where, shape[axis], value);
      for (int i = 0; i < values.size(); i++) {
        array(where + "[" + i + "]", shape, axis + 1, element, values.get(i));
      }
    }

    /** Whether a number stays the same number in this type; one with fractions may lose digits. */
    private static boolean holds(Space.Element element, Number number) {
      if (element.real()) {
        return true;
      }
      int bits = 8 * element.bytes();
      BigInteger whole =
          number instanceof Double || number instanceof Float
              ? new BigDecimal(number.doubleValue()).toBigInteger()
              : new BigInteger(number.toString());
      return switch (element) {
        case BOOL -> whole.signum() >= 0 && whole.bitLength() <= 1;
        case UINT8, UINT16, UINT32, UINT64 -> whole.signum() >= 0 && whole.bitLength() <= bits;
        default -> whole.bitLength() < bits;
      };
    }

    private static long whole(String where, @Nullable Object value) {
      if (value instanceof Number number && number.doubleValue() % 1 == 0) {
        return number.longValue();
      }
      throw wrong(where, "a whole number", value);
    }

    private static List<?> list(String where, int length, @Nullable Object value) {
      List<?> values = null;
      if (value instanceof List<?> given) {
        values = given;
      } else if (value != null && value.getClass().isArray()) {
        List<Object> copy = new ArrayList<>();
        for (int i = 0; i < Array.getLength(value); i++) {
          copy.add(Array.get(value, i));
        }
        values = copy;
      }
      if (values == null || (length >= 0 && values.size() != length)) {
        throw wrong(where, length >= 0 ? "a list of " + length : "a list", value);
      }
      return values;
    }

    private static Map<?, ?> map(String where, String members, @Nullable Object value) {
      if (value instanceof Map<?, ?> map) {
        return map;
      }
      throw wrong(where, "an object with the members " + members, value);
    }

    private static IllegalArgumentException wrong(
        String where, String expected, @Nullable Object got) {
      return new IllegalArgumentException(where + ": expected " + expected + " but got " + got);
    }
  }
}
