package dev.stampede.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import dev.stampede.env.Action;
import dev.stampede.env.Step;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/** Reads the lines that {@link TrajectoryWriter} wrote. Used once. */
final class TrajectoryReader {
  private static final JsonFactory JSON = new JsonFactory();

  private final Path file;
  private final MessageDigest sha256 = Fingerprint.sha256();
  private int line;

  TrajectoryReader(Path file) {
    this.file = file;
  }

  /** One line's fields. Numbers as they are written, so that none is rounded twice. */
  private record Line(Map<String, String> values, List<String> array) {
    boolean has(String name) {
      return values.containsKey(name);
    }
  }

  Trajectory read() {
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(
          "expected the file of a trajectory but there is no " + file.toAbsolutePath());
    }
    try (InputStream in = new BufferedInputStream(uncompressed())) {
      Line header = next(in);
      if (header == null || !TrajectoryWriter.FORMAT.equals(header.values.get("format"))) {
        throw wrong("expected {\"format\":\"" + TrajectoryWriter.FORMAT + "\", …}");
      }
      if (number(header, "formatVersion") != TrajectoryWriter.VERSION) {
        throw wrong(
            "expected format version "
                + TrajectoryWriter.VERSION
                + " but got "
                + text(header, "formatVersion")
                + "; replay it with the version of Stampede that wrote it");
      }
      List<Trajectory.Event> events = new ArrayList<>();
      String before = digest();
      Line next = next(in);
      while (next != null && !next.has("end")) {
        events.add(event(next));
        before = digest();
        next = next(in);
      }
      if (next == null) {
        throw wrong("expected a last line with \"end\", but the file was cut off");
      }
      if (!before.equals(text(next, "sha256"))) {
        throw new IllegalArgumentException(
            file.toAbsolutePath()
                + " was changed or damaged since it was recorded: the SHA-256 of its lines is "
                + before
                + " but the last line says "
                + text(next, "sha256")
                + "; record it again, or take an undamaged copy");
      }
      return new Trajectory(
          text(header, "environment"),
          text(header, "observationSpace"),
          text(header, "actionSpace"),
          versions(header),
          events);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          file.toAbsolutePath() + ", line " + (line + 1) + ": cannot be read (" + e + ")", e);
    }
  }

  private InputStream uncompressed() throws IOException {
    InputStream bytes = Files.newInputStream(file);
    return file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes;
  }

  /** SHA-256 of all lines so far. */
  private String digest() {
    try {
      return HexFormat.of().formatHex(((MessageDigest) sha256.clone()).digest());
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e); // The JDK's can be cloned.
    }
  }

  private @Nullable Line next(InputStream in) throws IOException {
    var bytes = new ByteArrayOutputStream();
    for (int b = in.read(); b >= 0; b = in.read()) {
      bytes.write(b);
      if (b == '\n') {
        break;
      }
    }
    if (bytes.size() == 0) {
      return null;
    }
    line++;
    sha256.update(bytes.toByteArray());
    return parsed(bytes.toString(StandardCharsets.UTF_8));
  }

  private Line parsed(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    List<String> array = new ArrayList<>();
    try (JsonParser json = JSON.createParser(text)) {
      String within = "";
      String name = "";
      JsonToken token = json.nextToken();
      if (token != JsonToken.START_OBJECT) {
        throw wrong("expected a JSON object");
      }
      for (token = json.nextToken();
          token != null && !(token == JsonToken.END_OBJECT && within.isEmpty());
          token = json.nextToken()) {
        switch (token) {
          case FIELD_NAME -> name = within + json.currentName();
          case START_OBJECT -> within = name + ".";
          case END_OBJECT -> within = "";
          case START_ARRAY -> values.put(name, "[");
          case END_ARRAY -> {}
          default -> {
            if ("[".equals(values.get(name))) {
              array.add(json.getText());
            } else {
              values.put(name, json.getText());
            }
          }
        }
      }
    } catch (JsonProcessingException e) {
      throw wrong("expected a line of JSON (" + e.getOriginalMessage() + ")");
    } catch (IOException e) {
      throw new AssertionError(e); // Reads from memory.
    }
    return new Line(values, array);
  }

  private Trajectory.Event event(Line fields) {
    String observation = text(fields, "sha256");
    if (fields.has("reset")) {
      return new Trajectory.Reset(
          fields.has("seed") ? OptionalLong.of(number(fields, "seed")) : OptionalLong.empty(),
          observation,
          line);
    }
    boolean terminated = Boolean.parseBoolean(text(fields, "terminated"));
    boolean truncated = Boolean.parseBoolean(text(fields, "truncated"));
    try {
      return new Trajectory.Acted(
          action(fields),
          Double.parseDouble(text(fields, "reward")),
          terminated
              ? Step.Ending.TERMINATED
              : truncated ? Step.Ending.TRUNCATED : Step.Ending.NONE,
          observation,
          line);
    } catch (NumberFormatException e) {
      throw wrong("expected numbers as action and reward (" + e.getMessage() + ")");
    }
  }

  private Action action(Line fields) {
    String action = text(fields, "action");
    if (!action.equals("[")) {
      return Action.of(Integer.parseInt(action));
    }
    float[] values = new float[fields.array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Float.parseFloat(fields.array.get(i));
    }
    return Action.of(values);
  }

  private static Map<String, String> versions(Line header) {
    Map<String, String> versions = new LinkedHashMap<>();
    header.values.forEach(
        (name, value) -> {
          if (name.startsWith("versions.")) {
            versions.put(name.substring("versions.".length()), value);
          }
        });
    return versions;
  }

  private String text(Line fields, String name) {
    String value = fields.values.get(name);
    if (value == null) {
      throw wrong("expected \"" + name + "\"");
    }
    return value;
  }

  private long number(Line fields, String name) {
    try {
      return Long.parseLong(text(fields, name));
    } catch (NumberFormatException e) {
      throw wrong("expected a whole number as \"" + name + "\"");
    }
  }

  private IllegalArgumentException wrong(String expected) {
    return new IllegalArgumentException(
        file.toAbsolutePath() + ", line " + Math.max(1, line) + ": " + expected);
  }
}
