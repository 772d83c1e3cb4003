package dev.stampede.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Space.Box;
import dev.stampede.env.Space.Dict;
import dev.stampede.env.Space.Discrete;
import dev.stampede.env.Space.Element;
import dev.stampede.env.Space.Graph;
import dev.stampede.env.Space.MultiBinary;
import dev.stampede.env.Space.MultiDiscrete;
import dev.stampede.env.Space.OneOf;
import dev.stampede.env.Space.Sequence;
import dev.stampede.env.Space.Text;
import dev.stampede.env.Space.Tuple;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SpaceValuesTest {
  private static final MultiDiscrete CHOICES =
      new MultiDiscrete(List.of(2), List.of(2L, 3L), List.of(0L, -1L), Element.INT32);
  private static final Text TEXT = new Text(0, 9, "");

  static Stream<Space> fixed() {
    return Stream.concat(
        Arrays.stream(Element.values()).map(e -> box(e, 2, 3)),
        Stream.of(
            new Discrete(3, -1),
            box(Element.FLOAT64),
            box(Element.INT16, 0),
            CHOICES,
            new MultiBinary(List.of(2, 2)),
            new Tuple(List.of(new Discrete(2), new Tuple(List.of(CHOICES)))),
            dict("b", new Discrete(5), "a", new Tuple(List.of(box(Element.FLOAT16, 2))))));
  }

  @ParameterizedTest
  @MethodSource("fixed")
  void a_value_survives_the_way_to_bytes_and_back(Space space) {
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 100; i++) {
      byte[] bytes = SpaceValues.bytes(space, SpaceValues.sample(space, random));

      Object read = SpaceValues.read(space, ByteBuffer.wrap(bytes));

      assertThat(bytes).hasSize(space.bytes());
      assertThat(SpaceValues.bytes(space, read)).isEqualTo(bytes);
    }
  }

  @Test
  void bytes_are_numbers_in_c_order_members_one_after_another() {
    Space space =
        dict(
            "z", new Discrete(3, 5),
            "a", new Tuple(List.of(box(Element.UINT16, 2, 1), TEXT, box(Element.FLOAT16))),
            "s", new Sequence(CHOICES, false));
    Map<String, Object> value = new LinkedHashMap<>();
    value.put("s", List.of(List.of(1, -1), new int[] {0, 1})); // Given in another order.
    value.put("a", List.of(new int[][] {{65_535}, {1}}, "né", 1.5));
    value.put("z", 7);

    ByteBuffer expected = ByteBuffer.allocate(8 + 4 + 3 + 2 + 16).order(ByteOrder.nativeOrder());
    expected.putLong(7).putShort((short) -1).putShort((short) 1);
    expected.put(new byte[] {'n', (byte) 0xC3, (byte) 0xA9}).putShort((short) 0x3E00);
    expected.putInt(1).putInt(-1).putInt(0).putInt(1);
    assertThat(SpaceValues.bytes(space, value)).isEqualTo(expected.array());
  }

  @Test
  void bytes_of_a_graph_are_nodes_edges_and_links_and_of_one_of_several_its_number_first() {
    Map<String, Object> graph =
        Map.of(
            "nodes", List.of(List.of(0.5), List.of(2)),
            "edges", List.of(1),
            "edge_links", List.of(List.of(0, 1)));
    ByteBuffer expected = ByteBuffer.allocate(24).order(ByteOrder.nativeOrder());
    expected.putFloat(0.5f).putFloat(2).putLong(1).putInt(0).putInt(1);

    assertThat(SpaceValues.bytes(new Graph(box(Element.FLOAT32, 1), new Discrete(2)), graph))
        .isEqualTo(expected.array());
    assertThat(SpaceValues.bytes(new OneOf(List.of(CHOICES, TEXT)), List.of(1, "x")))
        .isEqualTo(
            ByteBuffer.allocate(9)
                .order(ByteOrder.nativeOrder())
                .putLong(1)
                .put((byte) 'x')
                .array());
  }

  @Test
  void unsigned_numbers_of_64_bits_and_whole_longs_keep_every_digit() {
    BigInteger most = BigInteger.TWO.pow(64).subtract(BigInteger.ONE);
    Space unsigned = box(Element.UINT64, 2);
    Space signed = box(Element.INT64, 1);

    byte[] bytes = SpaceValues.bytes(unsigned, List.of(most, 7));

    assertThat(SpaceValues.read(unsigned, ByteBuffer.wrap(bytes))).isEqualTo(List.of(most, 7L));
    bytes = SpaceValues.bytes(signed, List.of(Long.MAX_VALUE - 1));
    assertThat(SpaceValues.read(signed, ByteBuffer.wrap(bytes)))
        .isEqualTo(List.of(Long.MAX_VALUE - 1));
  }

  @ParameterizedTest
  @EnumSource(
      value = Element.class,
      names = {"FLOAT16", "FLOAT32", "FLOAT64"})
  void what_is_not_a_finite_number_crosses_as_well(Element element) {
    Space space = box(element, 3);
    List<Double> value = List.of(Double.NaN, Double.NEGATIVE_INFINITY, -0.0);

    Object read = SpaceValues.read(space, ByteBuffer.wrap(SpaceValues.bytes(space, value)));

    assertThat(read).isEqualTo(value);
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL, 0, 1",
    "UINT8, 0, 255",
    "INT8, -128, 127",
    "UINT16, 0, 65535",
    "INT16, -32768, 32767",
    "UINT32, 0, 4294967295",
    "INT32, -2147483648, 2147483647",
    "UINT64, 0, 18446744073709551615",
    "INT64, -9223372036854775808, 9223372036854775807"
  })
  void a_number_that_its_type_does_not_hold_is_refused(
      Element element, BigInteger least, BigInteger most) {
    Space space = box(element);
    SpaceValues.bytes(space, least);
    SpaceValues.bytes(space, most);

    for (BigInteger beyond : List.of(least.subtract(BigInteger.ONE), most.add(BigInteger.ONE))) {
      assertThatThrownBy(() -> SpaceValues.bytes(space, beyond))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("value: expected a number that %s holds but got %s", element, beyond);
    }
  }

  static Stream<Object[]> wrong() {
    Space pair = box(Element.FLOAT32, 2);
    return Stream.of(
        wrong(new Discrete(2, 5), 4, "value: expected one of 5…6 but got 4"),
        wrong(new Discrete(2), 0.5, "value: expected a whole number but got 0.5"),
        wrong(new Discrete(2), "1", "value: expected a whole number but got 1"),
        wrong(pair, 1, "value: expected a list of 2 but got 1"),
        wrong(pair, List.of(1), "value: expected a list of 2 but got [1]"),
        wrong(pair, List.of(1, "x"), "value[1]: expected a number but got x"),
        wrong(CHOICES, List.of(0, 2), "value: expected one of -1…1 at position 1 but got 2"),
        wrong(
            new MultiBinary(List.of(1)),
            List.of(2),
            "value[0]: expected a number that bool holds but got 2"),
        wrong(TEXT, 1, "value: expected a text but got 1"),
        wrong(
            new Tuple(List.of(TEXT, pair)),
            List.of("", List.of()),
            "value[1]: expected a list of 2 but got []"),
        wrong(dict("a", TEXT), Map.of("b", 1), "value: expected the members [a] but got [b]"),
        wrong(
            dict("a", new Sequence(TEXT, false)),
            Map.of("a", List.of("", 2)),
            "value.a[1]: expected a text but got 2"),
        wrong(new OneOf(List.of(TEXT)), List.of(1, ""), "value[0]: expected one of 0…0 but got 1"));
  }

  private static Object[] wrong(Space space, Object value, String message) {
    return new Object[] {space, value, message};
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void what_is_no_value_is_refused_with_the_place(Space space, Object value, String message) {
    assertThatThrownBy(() -> SpaceValues.bytes(space, value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource({
    "BOOL, 0, 1, 2",
    "UINT8, 0, 255, 256",
    "INT32, -2, 2, 5",
    "INT8, 3, Infinity, 3",
    "INT8, -Infinity, -3, 3",
    "INT8, -Infinity, Infinity, 3"
  })
  void whole_numbers_are_drawn_from_one_bound_to_the_other(
      Element element, double low, double high, int different) {
    Space space = Box.of(element, new int[] {10_000}, new double[] {low}, new double[] {high});

    List<?> drawn = (List<?>) SpaceValues.sample(space, new SplittableRandom(3));

    assertThat(drawn.stream().distinct()).hasSize(different);
    assertThat(drawn)
        .allMatch(
            n -> {
              double number = n instanceof Boolean bool ? (bool ? 1 : 0) : ((Long) n).doubleValue();
              return low <= number && number <= high;
            });
  }

  private static Box box(Element element, int... shape) {
    double low = element == Element.BOOL || element.name().startsWith("U") ? 0 : -1;
    return Box.of(element, shape, new double[] {low}, new double[] {1});
  }

  private static Dict dict(Object... pairs) {
    Map<String, Space> spaces = new LinkedHashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      spaces.put((String) pairs[i], (Space) pairs[i + 1]);
    }
    return new Dict(spaces);
  }
}
