package dev.stampede.replay;

import dev.stampede.env.Observation;
import dev.stampede.env.Saveable;
import dev.stampede.env.Space;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A memory of whole trajectories of one actor: the oldest go first, and each is as likely to be
 * drawn as any other.
 *
 * <p>States are noted as they are seen, by {@link #start} and {@link #reached}; {@link #add} makes
 * them those of a trajectory. Belongs to one thread.
 */
public final class Trajectories implements Saveable {
  private final long capacity;
  private final int longest;
  private final int choices;
  private final ConsecutiveFrames frames;
  private final int perState;
  private final long[] seen;
  private int states;
  private @Nullable Kept[] ring = new @Nullable Kept[16];
  private int head;
  private int count;
  private long steps;

  /**
   * @param frames numbers of the frames of all its states, one after the other
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Kept(Trajectory trajectory, long[] frames) {}

  /**
   * @param capacity most steps that are kept
   * @param longest steps of the longest trajectory
   * @param choices actions to choose from
   */
  public Trajectories(long capacity, int longest, Space.Box observations, int choices) {
    if (capacity < longest) {
      throw new IllegalArgumentException(
          "replay-capacity: expected room for one rollout in each thread, "
              + longest
              + " steps, but there are "
              + capacity
              + "; set a larger one, or fewer threads");
    }
    this.capacity = capacity;
    this.longest = longest;
    this.choices = choices;
    this.frames = new ConsecutiveFrames(observations);
    this.perState = frames.perObservation();
    this.seen = new long[(longest + 1) * perState];
  }

  /** The state in which the next trajectory starts. */
  public void start(Observation first) {
    frames.append(first, seen, 0);
    states = 1;
  }

  /** The state that the last step led to. */
  public void reached(Observation next) {
    frames.append(next, seen, states * perState);
    states++;
  }

  /**
   * Keeps the steps that led through the states since {@link #start}.
   *
   * @throws IllegalArgumentException if they are not one fewer than these states
   */
  public void add(Trajectory done) {
    if (done.size() < 1 || done.size() != states - 1) {
      throw new IllegalArgumentException(
          "a trajectory: expected the steps between "
              + states
              + " states but got "
              + done.size()
              + " steps");
    }
    while (steps + done.size() > capacity) {
      removeOldest();
    }
    keep(new Kept(done.copy(), Arrays.copyOf(seen, states * perState)));
    frames.forgetBefore(get(0).frames[0]);
  }

  private void removeOldest() {
    steps -= get(0).trajectory.size();
    ring[head] = null;
    head = (head + 1) % ring.length;
    count--;
  }

  private void keep(Kept each) {
    if (count == ring.length) {
      @Nullable Kept[] larger = new @Nullable Kept[2 * count];
      Arrays.setAll(larger, i -> i < count ? get(i) : null);
      ring = larger;
      head = 0;
    }
    ring[(head + count) % ring.length] = each;
    count++;
    steps += each.trajectory.size();
  }

  private Kept get(int i) {
    return Objects.requireNonNull(ring[(head + i) % ring.length]);
  }

  /** The number of one of the trajectories, 0 for the oldest, each as likely as any other. */
  public int draw(RandomGenerator random) {
    if (count == 0) {
      throw new IllegalStateException("a memory of rollouts: nothing was added yet");
    }
    return random.nextInt(count);
  }

  /** Makes {@code into} a copy of trajectory {@code i}. */
  public void read(int i, Trajectory into) {
    into.set(get(i).trajectory);
  }

  /** State {@code j} of trajectory {@code i}, as it was seen. Valid until the next {@link #add}. */
  public Observation state(int i, int j) {
    return frames.observation(get(i).frames, j * perState);
  }

  /** Trajectories in it. */
  public int count() {
    return count;
  }

  /** Steps in it. */
  public long steps() {
    return steps;
  }

  /** Steps that it can hold. */
  public long capacity() {
    return capacity;
  }

  /** Bytes of observations, outside the heap. */
  public long bytes() {
    return frames.bytes();
  }

  @Override
  public void save(DataOutput out) throws IOException {
    frames.save(out);
    out.writeInt(count);
    for (int i = 0; i < count; i++) {
      Trajectory each = get(i).trajectory;
      out.writeInt(each.size());
      out.writeBoolean(each.terminated());
      for (int j = 0; j < each.size(); j++) {
        out.writeInt(each.action(j));
        out.writeDouble(each.reward(j));
        for (int a = 0; a < choices; a++) {
          out.writeDouble(each.mu(j, a));
        }
      }
      for (long id : get(i).frames) {
        out.writeLong(id - frames.first());
      }
    }
  }

  /** {@inheritDoc} To be called before anything else was kept. */
  @Override
  public void restore(DataInput in) throws IOException {
    frames.restore(in);
    Trajectory each = new Trajectory(longest, choices);
    for (int left = in.readInt(); left > 0; left--) {
      readTrajectory(in, each);
      long[] ids = new long[(each.size() + 1) * perState];
      for (int k = 0; k < ids.length; k++) {
        ids[k] = in.readLong();
      }
      keep(new Kept(each.copy(), ids));
    }
  }

  private void readTrajectory(DataInput in, Trajectory into) throws IOException {
    into.clear();
    int size = in.readInt();
    boolean terminated = in.readBoolean();
    double[] mu = new double[choices];
    for (int j = 0; j < size; j++) {
      int action = in.readInt();
      double reward = in.readDouble();
      for (int a = 0; a < choices; a++) {
        mu[a] = in.readDouble();
      }
      into.add(action, mu, reward, terminated);
    }
  }
}
