package dev.stampede.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against the Python package rliable; {@code src/test/python/make_statistics.py} makes them. */
class StatisticsReferenceTest {
  private static final double TOLERANCE = 1e-9;

  private record Case(String name, JsonNode json, JsonNode head) {
    Scores scores(String of) {
      return Scores.of(
          StreamSupport.stream(json.get(of).spliterator(), false)
              .map(StatisticsReferenceTest::numbers)
              .toArray(double[][]::new));
    }

    double[] taus() {
      return numbers(head.get("taus"));
    }

    /** A bootstrap of the runs that rliable drew. */
    Bootstrap bootstrap(String of) {
      return Bootstrap.of(
          head.get("resamples").asInt(),
          () -> {
            Iterator<JsonNode> drawn = json.get(of).get("indices").iterator();
            return (runs, tasks) ->
                StreamSupport.stream(drawn.next().spliterator(), false)
                    .map(row -> Arrays.stream(numbers(row)).mapToInt(i -> (int) i).toArray())
                    .toArray(int[][]::new);
          });
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() throws IOException {
    try (InputStream in =
        Objects.requireNonNull(
            StatisticsReferenceTest.class.getResourceAsStream("/statistics/rliable.json"))) {
      JsonNode head = new ObjectMapper().readTree(in);
      return StreamSupport.stream(head.get("cases").spliterator(), false)
          .map(json -> new Case(json.get("name").asText(), json, head));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void one_algorithms_numbers_and_their_intervals_equal_those_of_rliable(Case reference) {
    double[] taus = reference.taus();
    double[] points = statistics(reference.scores("x"), taus);
    List<Interval> intervals =
        reference
            .bootstrap("single")
            .intervals(reference.scores("x"), scores -> statistics(scores, taus));

    JsonNode expected = reference.json.get("single");
    assertThat(points).containsExactly(numbers(expected.get("points")), within(TOLERANCE));
    assertThat(intervals.stream().mapToDouble(Interval::low).toArray())
        .containsExactly(numbers(expected.get("low")), within(TOLERANCE));
    assertThat(intervals.stream().mapToDouble(Interval::high).toArray())
        .containsExactly(numbers(expected.get("high")), within(TOLERANCE));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void two_algorithms_numbers_and_their_intervals_equal_those_of_rliable(Case reference) {
    Scores x = reference.scores("x");
    Scores y = reference.scores("y");
    ToDoubleBiFunction<Scores, Scores> difference =
        (a, b) -> Aggregate.interquartileMean(a) - Aggregate.interquartileMean(b);
    Bootstrap bootstrap = reference.bootstrap("pair");
    Interval improvement = bootstrap.interval(x, y, Aggregate::probabilityOfImprovement);
    Interval interval = bootstrap.interval(x, y, difference);

    JsonNode expected = reference.json.get("pair");
    assertThat(
            new double[] {Aggregate.probabilityOfImprovement(x, y), difference.applyAsDouble(x, y)})
        .containsExactly(numbers(expected.get("points")), within(TOLERANCE));
    assertThat(new double[] {improvement.low(), interval.low()})
        .containsExactly(numbers(expected.get("low")), within(TOLERANCE));
    assertThat(new double[] {improvement.high(), interval.high()})
        .containsExactly(numbers(expected.get("high")), within(TOLERANCE));
  }

  private static double[] statistics(Scores scores, double[] taus) {
    double[] aggregates = {
      Aggregate.interquartileMean(scores),
      Aggregate.mean(scores),
      Aggregate.median(scores),
      Aggregate.optimalityGap(scores, 1)
    };
    return Stream.of(
            aggregates,
            Aggregate.performanceProfile(scores, taus),
            Aggregate.averageScoreProfile(scores, taus))
        .flatMapToDouble(Arrays::stream)
        .toArray();
  }

  private static double[] numbers(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
