package dev.stampede.runtime;

import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Wrapper;
import dev.stampede.result.EvaluationRecord;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** How the parts of a checkpoint are written that cannot save themselves. */
final class States {
  private States() {}

  /** Whether an environment's state can be saved: where it steps in another process, it cannot. */
  static boolean canSave(Environment environment) {
    Environment inner = environment;
    while (inner instanceof Wrapper wrapper) {
      inner = wrapper.inner();
    }
    return inner instanceof Saveable && environment instanceof Saveable;
  }

  /** Writes the environment's state, or that there is none. */
  static void save(Environment environment, DataOutput out) throws IOException {
    boolean can = canSave(environment);
    out.writeBoolean(can);
    if (can) {
      ((Saveable) environment).save(out);
    }
  }

  /**
   * Takes over what {@link #save} wrote.
   *
   * @return whether that was a state
   */
  static boolean restore(Environment environment, DataInput in) throws IOException {
    boolean saved = in.readBoolean();
    if (saved) {
      if (!canSave(environment)) {
        throw new IOException(
            "it has the state of an environment, but "
                + environment
                + " cannot take one over; is it another environment?");
      }
      ((Saveable) environment).restore(in);
    }
    return saved;
  }

  static void save(Observation observation, DataOutput out) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(observation.bytes()).order(ByteOrder.nativeOrder());
    observation.copyTo(bytes);
    out.writeInt(bytes.capacity());
    out.write(bytes.array());
  }

  static Observation readObservation(DataInput in) throws IOException {
    return Observation.of(Checkpoint.readBlock(in));
  }

  /** Their count, then the numbers. */
  static void save(float[] numbers, DataOutput out) throws IOException {
    out.writeInt(numbers.length);
    for (float number : numbers) {
      out.writeFloat(number);
    }
  }

  static float[] readNumbers(DataInput in) throws IOException {
    float[] numbers = new float[in.readInt()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readFloat();
    }
    return numbers;
  }

  static void save(EvaluationRecord record, DataOutput out) throws IOException {
    out.writeLong(record.step());
    out.writeLong(record.frames());
    out.writeDouble(record.seconds());
    out.writeBoolean(record.greedy());
    out.writeInt(record.returns().size());
    for (double each : record.returns()) {
      out.writeDouble(each);
    }
  }

  static EvaluationRecord readEvaluation(DataInput in) throws IOException {
    long step = in.readLong();
    long frames = in.readLong();
    double seconds = in.readDouble();
    boolean greedy = in.readBoolean();
    List<Double> returns = new ArrayList<>();
    for (int left = in.readInt(); left > 0; left--) {
      returns.add(in.readDouble());
    }
    return new EvaluationRecord(step, frames, seconds, greedy, returns);
  }
}
