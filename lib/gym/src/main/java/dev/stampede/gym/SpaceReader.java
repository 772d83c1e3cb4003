package dev.stampede.gym;

import com.fasterxml.jackson.databind.JsonNode;
import dev.stampede.env.EnvironmentException;
import dev.stampede.env.Space;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads spaces as spaces.py describes them. */
final class SpaceReader {
  private SpaceReader() {}

  static Space read(JsonNode json) {
    String kind = json.path("kind").asText();
    return switch (kind) {
      case "Discrete" -> discrete(json);
      case "Box" -> box(json);
      case "MultiDiscrete" ->
          new Space.MultiDiscrete(
              shape(json),
              longs(json.get("n")),
              longs(json.get("start")),
              Space.Element.of(json.get("element").textValue()));
      case "MultiBinary" -> new Space.MultiBinary(shape(json));
      case "Text" ->
          new Space.Text(
              json.get("min").intValue(),
              json.get("max").intValue(),
              json.get("characters").textValue());
      case "Tuple" -> new Space.Tuple(members(json));
      case "Dict" -> {
        List<Space> members = members(json);
        Map<String, Space> named = new LinkedHashMap<>();
        for (int i = 0; i < members.size(); i++) {
          named.put(json.get("names").get(i).asText(), members.get(i));
        }
        yield new Space.Dict(named);
      }
      case "Sequence" ->
          new Space.Sequence(read(json.get("space")), json.get("stacked").booleanValue());
      case "Graph" ->
          new Space.Graph(
              read(json.get("node")), json.path("edge").isObject() ? read(json.get("edge")) : null);
      case "OneOf" -> new Space.OneOf(members(json));
      default -> throw new IllegalArgumentException("unknown kind of space: " + json);
    };
  }

  private static Space discrete(JsonNode json) {
    if (!json.get("n").canConvertToInt() || !json.get("start").canConvertToInt()) {
      throw new EnvironmentException(
          "a Discrete space of more than 2^31 - 1 choices cannot cross: " + json);
    }
    return new Space.Discrete(json.get("n").intValue(), json.get("start").intValue());
  }

  private static Space box(JsonNode json) {
    int[] shape = shape(json).stream().mapToInt(Integer::intValue).toArray();
    Space.Element element = Space.Element.of(json.get("element").textValue());
    return Space.Box.of(element, shape, doubles(json.get("low")), doubles(json.get("high")));
  }

  private static List<Space> members(JsonNode json) {
    List<Space> members = new ArrayList<>();
    json.get("spaces").forEach(member -> members.add(read(member)));
    return members;
  }

  private static List<Integer> shape(JsonNode json) {
    List<Integer> shape = new ArrayList<>();
    json.get("shape").forEach(axis -> shape.add(axis.intValue()));
    return shape;
  }

  private static List<Long> longs(JsonNode json) {
    List<Long> longs = new ArrayList<>();
    json.forEach(number -> longs.add(number.longValue()));
    return longs;
  }

  private static double[] doubles(JsonNode json) {
    double[] doubles = new double[json.size()];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = json.get(i).doubleValue();
    }
    return doubles;
  }
}
