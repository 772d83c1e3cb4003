package dev.stampede.replay;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Makes transitions over n steps out of the steps of one actor: the local buffer of Ape-X (Horgan
 * et al. 2018, Algorithm 1, arXiv:1803.00933). Belongs to one thread.
 *
 * <p>A truncated episode bootstraps from its last state, a terminated one does not. Of a lost
 * episode the last step is left out, since nobody saw where it led; the state before it is the last
 * one. Steps that wait for a later one when {@link #start} is called are left out.
 */
public final class LocalBuffer implements Saveable {
  private enum Phase {
    NOT_STARTED,
    RUNNING,
    WAITS_FOR_BOOTSTRAP
  }

  private static final long[] NOTHING = {};

  private final int actor;
  private final int n;
  private final double gamma;
  private final int outputs;
  private final ActionSize actions;
  private final Planes planes;
  private final FrameWindow frames;
  private final ArrayDeque<Taken> waiting = new ArrayDeque<>();
  private final List<Finished> finished = new ArrayList<>();
  private Phase phase = Phase.NOT_STARTED;
  private long[] current = NOTHING;
  private long sent;

  /** A step whose n steps are not over. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Taken(long[] state, Action action, float[] out, double reward) {}

  /** A transition. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Finished(
      Taken taken, double reward, double discount, long[] next, float[] nextOut) {}

  /**
   * @param actor its number, which no other buffer of the same memory has
   * @param n steps of a transition
   * @param outputs how many numbers the acting network gives for a state, if they are to be kept
   *     with the transitions; 0 if not
   */
  public LocalBuffer(
      int actor, int n, double gamma, Space.Box observations, Space actions, int outputs) {
    if (n < 1 || outputs < 0) {
      throw new IllegalArgumentException(
          "expected n ≥ 1 and outputs ≥ 0 but got n = %d and outputs = %d".formatted(n, outputs));
    }
    if (!(gamma >= 0 && gamma <= 1)) {
      throw new IllegalArgumentException("gamma must be in [0, 1] but is " + gamma);
    }
    this.actor = actor;
    this.n = n;
    this.gamma = gamma;
    this.outputs = outputs;
    this.actions = ActionSize.of(actions);
    this.planes = Planes.of(observations);
    this.frames = new FrameWindow(planes);
  }

  /** Starts an episode in this state, which is copied. */
  public void start(Observation first) {
    waiting.clear();
    current = frames.add(first, current);
    phase = Phase.RUNNING;
  }

  /**
   * Adds a step; everything is copied.
   *
   * @param out what the network gave for the state in which the action was taken; left aside if no
   *     outputs are kept
   * @throws IllegalStateException if no episode was started since the last one ended
   */
  public void add(Action action, float[] out, Step step) {
    if (phase != Phase.RUNNING) {
      throw new IllegalStateException("a step without an episode; call start(observation) first");
    }
    float[] kept = kept(out);
    Action copy = actions.copy(action);
    planes.check(step.observation());
    if (waiting.size() == n) {
      finishOldest(discount(n), kept);
    }
    if (step.ending() == Step.Ending.LOST) {
      finishAll(kept);
      return;
    }
    waiting.add(new Taken(current, copy, kept, step.reward()));
    current = frames.add(step.observation(), current);
    if (step.terminated()) {
      end();
    } else if (outputs == 0) {
      finishWithoutOutputs(step.last());
    } else if (step.last()) {
      phase = Phase.WAITS_FOR_BOOTSTRAP;
    }
  }

  private void finishWithoutOutputs(boolean last) {
    if (last) {
      finishAll(new float[0]);
    } else if (waiting.size() == n) {
      finishOldest(discount(n), new float[0]);
    }
  }

  /**
   * Gives what the network says of the last state of a truncated episode, for which its last
   * transitions wait. Does nothing where none waits.
   */
  public void bootstrap(float[] out) {
    if (phase == Phase.WAITS_FOR_BOOTSTRAP) {
      finishAll(kept(out));
    }
  }

  /**
   * How many transitions are finished and not taken yet. If outputs are kept, one is finished when
   * those of its next state are known.
   */
  public int size() {
    return finished.size();
  }

  /** Takes all finished transitions out; the others stay. */
  public Transitions take() {
    var block = new Transitions.Builder(planes, actor, outputs, finished.size());
    if (finished.isEmpty()) {
      return block.build();
    }
    long from = finishedFrames().min().orElseThrow();
    long to = finishedFrames().max().orElseThrow() + 1;
    long kept = unfinishedFrames().min().orElse(frames.end());
    block.frames(
        frames.copy(from, to),
        from,
        (int) Math.max(0, Math.min(sent, to) - from),
        (int) Math.max(0, to - Math.max(kept, from)));
    for (int j = 0; j < finished.size(); j++) {
      put(finished.get(j), block, j, from);
    }
    finished.clear();
    frames.forget(kept);
    sent = Math.max(sent, to);
    return block.build();
  }

  private static void put(Finished done, Transitions.Builder block, int j, long from) {
    block.set(j, done.taken.action, done.reward, done.discount);
    block.outputs(j, done.taken.out, done.nextOut);
    int k = done.next.length;
    for (int i = 0; i < k; i++) {
      block.place(j, i, (int) (done.taken.state[i] - from));
      block.place(j, k + i, (int) (done.next[i] - from));
    }
  }

  private LongStream finishedFrames() {
    return finished.stream()
        .flatMap(done -> Stream.of(done.taken.state, done.next))
        .flatMapToLong(LongStream::of);
  }

  private LongStream unfinishedFrames() {
    return LongStream.concat(
        waiting.stream().map(Taken::state).flatMapToLong(LongStream::of), LongStream.of(current));
  }

  private void end() {
    while (!waiting.isEmpty()) {
      finishOldest(0, new float[outputs]);
    }
    phase = Phase.NOT_STARTED;
  }

  private void finishAll(float[] nextOut) {
    while (!waiting.isEmpty()) {
      finishOldest(discount(waiting.size()), nextOut);
    }
    phase = Phase.NOT_STARTED;
  }

  private void finishOldest(double discount, float[] nextOut) {
    double reward = 0;
    double factor = 1;
    for (Taken step : waiting) {
      reward += factor * step.reward;
      factor *= gamma;
    }
    finished.add(new Finished(waiting.remove(), reward, discount, current, nextOut));
  }

  private double discount(int steps) {
    return Math.pow(gamma, steps);
  }

  private float[] kept(float[] out) {
    if (outputs == 0) {
      return new float[0];
    }
    if (out.length != outputs) {
      throw new IllegalArgumentException(
          "outputs: expected %d numbers but got %d".formatted(outputs, out.length));
    }
    return out.clone();
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeUTF(phase.name());
    out.writeLong(sent);
    frames.save(out);
    write(current, out);
    out.writeInt(waiting.size());
    for (Taken step : waiting) {
      write(step, out);
    }
    out.writeInt(finished.size());
    for (Finished done : finished) {
      write(done.taken, out);
      out.writeDouble(done.reward);
      out.writeDouble(done.discount);
      write(done.next, out);
      write(done.nextOut, out);
    }
  }

  @Override
  public void restore(DataInput in) throws IOException {
    phase = Phase.valueOf(in.readUTF());
    sent = in.readLong();
    frames.restore(in);
    current = readLongs(in);
    fill(waiting, in, this::readTaken);
    fill(finished, in, this::readFinished);
  }

  private interface Reader<T> {
    T read(DataInput in) throws IOException;
  }

  private static <T> void fill(Collection<T> target, DataInput in, Reader<T> one)
      throws IOException {
    target.clear();
    for (int left = in.readInt(); left > 0; left--) {
      target.add(one.read(in));
    }
  }

  private Taken readTaken(DataInput in) throws IOException {
    return new Taken(readLongs(in), readAction(in), readFloats(in), in.readDouble());
  }

  private Finished readFinished(DataInput in) throws IOException {
    return new Finished(
        readTaken(in), in.readDouble(), in.readDouble(), readLongs(in), readFloats(in));
  }

  private Action readAction(DataInput in) throws IOException {
    return actions.numbers() > 0 ? Action.of(readFloats(in)) : Action.of(in.readInt());
  }

  private static void write(Taken step, DataOutput out) throws IOException {
    write(step.state, out);
    if (step.action instanceof Action.Values values) {
      write(values.values(), out);
    } else {
      out.writeInt(step.action.index());
    }
    write(step.out, out);
    out.writeDouble(step.reward);
  }

  private static void write(long[] numbers, DataOutput out) throws IOException {
    out.writeInt(numbers.length);
    for (long number : numbers) {
      out.writeLong(number);
    }
  }

  private static void write(float[] numbers, DataOutput out) throws IOException {
    out.writeInt(numbers.length);
    for (float number : numbers) {
      out.writeFloat(number);
    }
  }

  private static long[] readLongs(DataInput in) throws IOException {
    long[] numbers = new long[in.readInt()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readLong();
    }
    return numbers;
  }

  private static float[] readFloats(DataInput in) throws IOException {
    float[] numbers = new float[in.readInt()];
    for (int i = 0; i < numbers.length; i++) {
      numbers[i] = in.readFloat();
    }
    return numbers;
  }
}
