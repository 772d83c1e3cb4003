package dev.stampede.env;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.Space.Box;
import dev.stampede.env.Space.Dict;
import dev.stampede.env.Space.Discrete;
import dev.stampede.env.Space.Element;
import dev.stampede.env.Space.MultiBinary;
import dev.stampede.env.Space.MultiDiscrete;
import dev.stampede.env.Space.Text;
import dev.stampede.env.Space.Tuple;
import dev.stampede.env.Step.Ending;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FlattenTest {
  /** Shows one value all the time. */
  private record Still(Space space, Object value) implements Environment {
    @Override
    public Space observationSpace() {
      return space;
    }

    @Override
    public Space actionSpace() {
      return new Discrete(1);
    }

    @Override
    public Observation reset(long seed) {
      return reset();
    }

    @Override
    public Observation reset() {
      return Observation.of(ByteBuffer.wrap(SpaceValues.bytes(space, value)));
    }

    @Override
    public Step step(Action action) {
      return new Step(reset(), 0, Ending.NONE, Optional.empty());
    }
  }

  /** The numbers are those of {@code gymnasium.spaces.flatten} and {@code flatten_space}. */
  @Test
  void members_follow_one_another_with_choices_as_one_hot_as_in_gymnasium() {
    Map<String, Space> spaces = new LinkedHashMap<>();
    spaces.put("a", box(Element.FLOAT64, -1, 1, 2, 2));
    MultiDiscrete choices =
        new MultiDiscrete(List.of(2), List.of(2L, 3L), List.of(0L, -1L), Element.INT64);
    spaces.put("b", new Tuple(List.of(new Discrete(3, 5), choices)));
    spaces.put("c", new MultiBinary(List.of(3)));
    spaces.put("d", Box.bytes(2));
    spaces.put("h", box(Element.FLOAT16, -2, 2, 1));
    Object value =
        Map.of(
            "a", new double[][] {{0.5, -0.25}, {0.125, 1}},
            "b", List.of(6, List.of(1, -1)),
            "c", List.of(1, 0, 1),
            "d", List.of(7, 255),
            "h", List.of(1.5));
    Environment flat = Flatten.around(new Still(new Dict(spaces), value));

    float[] expected = {0.5f, -0.25f, 0.125f, 1, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 7, 255, 1.5f};
    assertThat(numbers(flat.reset(1))).containsExactly(expected);
    assertThat(numbers(flat.step(Action.of(0)).observation())).containsExactly(expected);
    Box space = (Box) flat.observationSpace();
    assertThat(space.shape()).containsExactly(18);
    assertThat(IntStream.range(0, 18).mapToDouble(space::low))
        .containsExactly(
            -1.0, -1.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
            -2.0);
    assertThat(IntStream.range(0, 18).mapToDouble(space::high))
        .containsExactly(
            1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 255.0, 255.0,
            2.0);
  }

  @Test
  void an_array_of_choices_is_one_hot_in_c_order() {
    Space space =
        new MultiDiscrete(
            List.of(2, 2), List.of(2L, 3L, 2L, 2L), List.of(0L, 0L, 0L, 0L), Element.INT64);
    Environment flat = Flatten.around(new Still(space, List.of(List.of(1, 2), List.of(0, 1))));

    assertThat(numbers(flat.reset())).containsExactly(0, 1, 0, 0, 1, 1, 0, 0, 1);
  }

  @ParameterizedTest
  @EnumSource(Element.class)
  void an_array_keeps_its_shape_in_whatever_type(Element element) {
    Environment still = new Still(box(element, 0, 1, 2, 1), List.of(List.of(1), List.of(0)));
    Environment flat = Flatten.around(still);

    if (element == Element.FLOAT32 || element == Element.UINT8) {
      assertThat(flat).isSameAs(still);
    } else {
      assertThat(flat.observationSpace())
          .isEqualTo(Box.floats(new int[] {2, 1}, new float[] {0, 0}, new float[] {1, 1}));
      assertThat(numbers(flat.reset())).containsExactly(1, 0);
    }
  }

  @Test
  void what_varies_in_size_is_no_input_for_a_network() {
    Space space = new Tuple(List.of(new Discrete(2), new Text(0, 5, "")));

    assertThatThrownBy(() -> Flatten.around(new Still(space, List.of(0, ""))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "a network needs observations of one size, but these are Tuple(Discrete(2), Text(0…5"
                + " characters))");
  }

  private static Box box(Element element, double low, double high, int... shape) {
    return Box.of(element, shape, new double[] {low}, new double[] {high});
  }

  private static float[] numbers(Observation observation) {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes()).order(ByteOrder.nativeOrder());
    observation.copyTo(bytes);
    float[] numbers = new float[observation.bytes() / Float.BYTES];
    bytes.flip().asFloatBuffer().get(numbers);
    return numbers;
  }
}
