package dev.stampede.runtime;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The state of a run at a moment when no actor-learner was within a rollout: all it needs to go on
 * as if it had never stopped.
 */
public final class Checkpoint {
  private final Map<String, String> experiment;
  private final long steps;
  private final double seconds;
  private final int episodes;
  private final boolean environments;
  private final List<Resumption> resumptions;
  private final byte[] shared;
  private final List<byte[]> actors;

  Checkpoint(
      Map<String, String> experiment,
      Resumption here,
      int episodes,
      List<Resumption> resumptions,
      byte[] shared,
      List<byte[]> actors) {
    this.experiment = Map.copyOf(experiment);
    this.steps = here.step();
    this.seconds = here.seconds();
    this.environments = here.environments();
    this.episodes = episodes;
    this.resumptions = List.copyOf(resumptions);
    this.shared = shared;
    this.actors = List.copyOf(actors);
  }

  /**
   * Reads the newest whole checkpoint of a run's folder.
   *
   * @param messages takes a line for the user if the newest one is damaged, so that the one before
   *     it was taken
   * @throws IllegalArgumentException if there is none, or none is whole
   */
  public static Checkpoint newest(Path directory, Consumer<String> messages) {
    return CheckpointFile.newest(directory, messages);
  }

  /** Makes a folder ready for the checkpoints of the run that goes on from {@link #newest}. */
  public static void putDamagedAside(Path directory) throws IOException {
    CheckpointFile.putDamagedAside(directory);
  }

  /** Removes the checkpoints of an earlier run from a folder. */
  public static void deleteAll(Path directory) throws IOException {
    CheckpointFile.deleteAll(directory);
  }

  /** The settings of the experiment, by name. */
  public Map<String, String> experiment() {
    return experiment;
  }

  /** T: agent steps of all threads. */
  public long steps() {
    return steps;
  }

  /** That the run had taken, without the time between a stop and its resumption. */
  public double seconds() {
    return seconds;
  }

  /** Finished episodes. */
  public int episodes() {
    return episodes;
  }

  /** Where the run was resumed before, and from here. */
  List<Resumption> resumptions() {
    List<Resumption> all = new ArrayList<>(resumptions);
    all.add(new Resumption(steps, seconds, environments));
    return all;
  }

  /** What all threads share: θ, θ⁻, statistics, counters, evaluations. */
  DataInput shared() {
    return new DataInputStream(new ByteArrayInputStream(shared));
  }

  /** The state of each actor-learner. */
  List<byte[]> actors() {
    return actors;
  }

  byte[] toBytes() {
    return bytes(
        out -> {
          out.writeInt(experiment.size());
          for (Map.Entry<String, String> each : new TreeMap<>(experiment).entrySet()) {
            out.writeUTF(each.getKey());
            out.writeUTF(each.getValue());
          }
          write(out, new Resumption(steps, seconds, environments));
          out.writeInt(episodes);
          out.writeInt(resumptions.size());
          for (Resumption each : resumptions) {
            write(out, each);
          }
          writeBlock(out, shared);
          out.writeInt(actors.size());
          for (byte[] actor : actors) {
            writeBlock(out, actor);
          }
        });
  }

  static Checkpoint of(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    Map<String, String> experiment = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      experiment.put(in.readUTF(), in.readUTF());
    }
    Resumption here = readResumption(in);
    int episodes = in.readInt();
    List<Resumption> resumptions = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      resumptions.add(readResumption(in));
    }
    byte[] shared = readBlock(in);
    List<byte[]> actors = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      actors.add(readBlock(in));
    }
    return new Checkpoint(experiment, here, episodes, resumptions, shared, actors);
  }

  /** Writes a part of a state. */
  @FunctionalInterface
  interface Writer {
    void write(DataOutputStream out) throws IOException;
  }

  static byte[] bytes(Writer writer) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      writer.write(new DataOutputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e); // Memory does not fail; what is saved may.
    }
    return bytes.toByteArray();
  }

  /** Length, then content. */
  static void writeBlock(DataOutputStream out, byte[] block) throws IOException {
    out.writeInt(block.length);
    out.write(block);
  }

  static byte[] readBlock(DataInput in) throws IOException {
    byte[] block = new byte[in.readInt()];
    in.readFully(block);
    return block;
  }

  private static void write(DataOutputStream out, Resumption moment) throws IOException {
    out.writeLong(moment.step());
    out.writeDouble(moment.seconds());
    out.writeBoolean(moment.environments());
  }

  private static Resumption readResumption(DataInput in) throws IOException {
    return new Resumption(in.readLong(), in.readDouble(), in.readBoolean());
  }
}
