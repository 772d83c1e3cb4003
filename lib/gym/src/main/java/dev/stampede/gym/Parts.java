package dev.stampede.gym;

import dev.stampede.env.Space;
import dev.stampede.env.SpaceValues;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Takes values apart into what lies in memory, which is of fixed size, and the list of the other
 * parts, and puts them together again.
 */
final class Parts {
  private Parts() {}

  /** A space without the members that vary in size; empty if nothing is left. */
  static Optional<Space> fixed(Space space) {
    if (space instanceof Space.Tuple tuple) {
      List<Space> members =
          tuple.spaces().stream().map(Parts::fixed).flatMap(Optional::stream).toList();
      return members.isEmpty() ? Optional.empty() : Optional.of(new Space.Tuple(members));
    }
    if (space instanceof Space.Dict dict) {
      Map<String, Space> members = new LinkedHashMap<>();
      dict.spaces()
          .forEach((name, member) -> fixed(member).ifPresent(part -> members.put(name, part)));
      return members.isEmpty() ? Optional.empty() : Optional.of(new Space.Dict(members));
    }
    return space.fixedSize() ? Optional.of(space) : Optional.empty();
  }

  /** Where the members are that vary in size. */
  static List<String> varying(String where, Space space) {
    List<String> found = new ArrayList<>();
    if (space instanceof Space.Tuple tuple) {
      for (int i = 0; i < tuple.spaces().size(); i++) {
        found.addAll(varying(where + "[" + i + "]", tuple.spaces().get(i)));
      }
    } else if (space instanceof Space.Dict dict) {
      dict.spaces()
          .forEach(
              (name, member) ->
                  found.addAll(varying(where.isEmpty() ? name : where + "." + name, member)));
    } else if (!space.fixedSize()) {
      found.add(where.isEmpty() ? space.toString() : where);
    }
    return found;
  }

  /** The whole value. */
  static Object join(Space space, ByteBuffer memory, Iterator<?> others) {
    if (space instanceof Space.Tuple tuple) {
      List<Object> values = new ArrayList<>();
      tuple.spaces().forEach(member -> values.add(join(member, memory, others)));
      return values;
    }
    if (space instanceof Space.Dict dict) {
      Map<String, Object> values = new LinkedHashMap<>();
      dict.spaces().forEach((name, member) -> values.put(name, join(member, memory, others)));
      return values;
    }
    return space.fixedSize() ? SpaceValues.read(space, memory) : others.next();
  }

  /** The bytes of the whole value. */
  static void bytes(Space space, ByteBuffer memory, Iterator<?> others, ByteArrayOutputStream out) {
    if (space.fixedSize()) {
      byte[] bytes = new byte[space.bytes()];
      memory.get(bytes);
      out.writeBytes(bytes);
    } else if (space instanceof Space.Tuple tuple) {
      tuple.spaces().forEach(member -> bytes(member, memory, others, out));
    } else if (space instanceof Space.Dict dict) {
      dict.spaces().values().forEach(member -> bytes(member, memory, others, out));
    } else {
      out.writeBytes(SpaceValues.bytes(space, others.next()));
    }
  }

  /**
   * Writes what is of fixed size to memory and gives the list of the other parts.
   *
   * @throws IllegalArgumentException if this is not a value of the space
   */
  static List<Object> split(Space space, Object value, ByteBuffer memory) {
    SpaceValues.bytes(space, value); // Checks the whole value first.
    List<Object> others = new ArrayList<>();
    splitChecked(space, value, memory, others);
    return others;
  }

  private static void splitChecked(
      Space space, Object value, ByteBuffer memory, List<Object> others) {
    if (space.fixedSize()) {
      SpaceValues.write(space, value, memory);
    } else if (space instanceof Space.Tuple tuple) {
      Iterator<?> values = ((List<?>) value).iterator();
      tuple.spaces().forEach(member -> splitChecked(member, values.next(), memory, others));
    } else if (space instanceof Space.Dict dict) {
      dict.spaces()
          .forEach(
              (name, member) ->
                  splitChecked(
                      member,
                      Objects.requireNonNull(((Map<?, ?>) value).get(name)),
                      memory,
                      others));
    } else {
      others.add(value);
    }
  }
}
