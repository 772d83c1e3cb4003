package dev.stampede.record;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Step;
import dev.stampede.result.Machine;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;

/** Writes the lines that {@link TrajectoryReader} reads. For one thread. */
final class TrajectoryWriter implements AutoCloseable {
  static final String FORMAT = "stampede-trajectory";
  static final int VERSION = 1;
  private static final JsonFactory JSON = new JsonFactory();

  private final PartialFile file;
  private final OutputStream out;
  private final MessageDigest sha256 = Fingerprint.sha256();
  private boolean open = true;

  TrajectoryWriter(Path file) {
    this.file = new PartialFile(file);
    try {
      OutputStream bytes = Files.newOutputStream(this.file.part());
      out =
          new BufferedOutputStream(
              file.toString().endsWith(".gz") ? new GZIPOutputStream(bytes) : bytes);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  /** What one line has. */
  private interface Fields {
    void write(JsonGenerator json) throws IOException;
  }

  void header(String name, Environment environment, Map<String, String> protocol) {
    line(
        json -> {
          json.writeStringField("format", FORMAT);
          json.writeNumberField("formatVersion", VERSION);
          json.writeStringField("environment", name);
          json.writeStringField("observationSpace", environment.observationSpace().toString());
          json.writeStringField("actionSpace", environment.actionSpace().toString());
          json.writeObjectFieldStart("versions");
          for (Map.Entry<String, String> version : versions(protocol).entrySet()) {
            json.writeStringField(version.getKey(), version.getValue());
          }
          json.writeEndObject();
        });
  }

  /** With what these environments are made here, by name. */
  static Map<String, String> versions(Map<String, String> protocol) {
    Map<String, String> versions = new LinkedHashMap<>();
    Machine.stampede().forEach((name, value) -> versions.put(name, String.valueOf(value)));
    versions.put("java", Runtime.version().toString());
    versions.putAll(protocol);
    return versions;
  }

  void reset(OptionalLong seed, String observation) {
    line(
        json -> {
          json.writeBooleanField("reset", true);
          if (seed.isPresent()) {
            json.writeNumberField("seed", seed.getAsLong());
          }
          json.writeStringField("sha256", observation);
        });
  }

  void step(Action action, Step step, String observation) {
    line(
        json -> {
          json.writeFieldName("action");
          if (action instanceof Action.Values values) {
            json.writeStartArray();
            for (float value : values.values()) {
              json.writeNumber(value);
            }
            json.writeEndArray();
          } else {
            json.writeNumber(action.index());
          }
          json.writeNumberField("reward", step.reward());
          json.writeBooleanField("terminated", step.ending() == Step.Ending.TERMINATED);
          json.writeBooleanField("truncated", step.ending() == Step.Ending.TRUNCATED);
          json.writeStringField("sha256", observation);
        });
  }

  /** Writes the last line, with the SHA-256 of all before it. */
  void complete(int episodes, long steps) {
    String all = HexFormat.of().formatHex(sha256.digest());
    line(
        json -> {
          json.writeBooleanField("end", true);
          json.writeNumberField("episodes", episodes);
          json.writeNumberField("steps", steps);
          json.writeStringField("sha256", all);
        });
    try {
      open = false;
      out.close();
      file.complete();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private void line(Fields fields) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (JsonGenerator json = JSON.createGenerator(bytes)) {
        json.writeStartObject();
        fields.write(json);
        json.writeEndObject();
      }
      bytes.write('\n');
      byte[] line = bytes.toByteArray();
      sha256.update(line);
      out.write(line);
    } catch (IOException e) {
      throw failed(e);
    }
  }

  private UncheckedIOException failed(IOException e) {
    return new UncheckedIOException(file + " could not be written", e);
  }

  /** Removes a file that was not completed. */
  @Override
  public void close() {
    if (!open) {
      return;
    }
    open = false;
    try {
      out.close();
      file.discard();
    } catch (IOException e) {
      throw failed(e);
    }
  }
}
