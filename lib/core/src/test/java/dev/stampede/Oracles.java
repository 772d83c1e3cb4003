package dev.stampede;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Reads the reference numbers that {@code src/test/python/make_oracles.py} makes. */
public final class Oracles {
  private final JsonNode json;

  private Oracles(JsonNode json) {
    this.json = json;
  }

  /** The file of that name. */
  public static Oracles read(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(Oracles.class.getResourceAsStream("/oracles/" + name + ".json"))) {
      return new Oracles(new ObjectMapper().readTree(in));
    }
  }

  /** The elements of a list of records. */
  public List<Oracles> records(String key) {
    return stream(at(key)).map(Oracles::new).toList();
  }

  public boolean has(String key) {
    return json.hasNonNull(key);
  }

  public String text(String key) {
    return at(key).asText();
  }

  public boolean yes(String key) {
    return at(key).asBoolean();
  }

  public int whole(String key) {
    return at(key).asInt();
  }

  public double number(String key) {
    return at(key).asDouble();
  }

  /** All numbers of an array, of how many dimensions ever, in C order. */
  public double[] numbers(String key) {
    return flat(at(key)).toArray();
  }

  public int[] wholes(String key) {
    return flat(at(key)).mapToInt(number -> (int) number).toArray();
  }

  /** All numbers of an array as floats, in C order. */
  public float[] floats(String key) {
    return floats(at(key));
  }

  /** The rows of a matrix. */
  public float[][] rows(String key) {
    return stream(at(key)).map(Oracles::floats).toArray(float[][]::new);
  }

  /** The shapes of θ's parts. */
  public int[][] shapes(String key) {
    return stream(at(key))
        .map(row -> flat(row).mapToInt(number -> (int) number).toArray())
        .toArray(int[][]::new);
  }

  /** {@code n} numbers in [0, 1): the formula that the Python side has under the same name. */
  public static double[] hashed(int n, int salt) {
    double[] values = new double[n];
    for (int i = 0; i < n; i++) {
      long h = (i + 1 + salt * 1_000_003L) * 0x9E3779B97F4A7C15L;
      h ^= h >>> 32;
      h *= 0xD6E8FEB86659FD93L;
      values[i] = (h >>> 40) / (double) (1 << 24);
    }
    return values;
  }

  /** θ of parts of these shapes, weights and biases in turn, from the same formula. */
  public static float[] parameters(int[][] shapes, int size) {
    float[] theta = new float[size];
    int offset = 0;
    double fanIn = 1;
    for (int salt = 0; salt < shapes.length; salt++) {
      int count = 1;
      for (int length : shapes[salt]) {
        count *= length;
      }
      fanIn = shapes[salt].length > 1 ? (double) count / shapes[salt][0] : fanIn;
      double[] values = hashed(count, salt);
      for (int i = 0; i < count; i++) {
        theta[offset + i] = (float) ((2 * values[i] - 1) / Math.sqrt(fanIn));
      }
      offset += count;
    }
    return theta;
  }

  private JsonNode at(String key) {
    return Objects.requireNonNull(json.get(key), key);
  }

  private static Stream<JsonNode> stream(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  private static DoubleStream flat(JsonNode node) {
    return node.isArray()
        ? stream(node).flatMapToDouble(Oracles::flat)
        : DoubleStream.of(node.asDouble());
  }

  private static float[] floats(JsonNode node) {
    double[] numbers = flat(node).toArray();
    float[] floats = new float[numbers.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers[i];
    }
    return floats;
  }

  @Override
  public String toString() {
    return has("name") ? text("name") : json.toString();
  }
}
