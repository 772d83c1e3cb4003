package dev.stampede.algorithm;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * The episodes that one worker has played for the next update: of each pair the seed of its noise ε
 * and the returns with ε and with −ε. For one thread.
 */
final class Population implements Saveable {
  private static final int OF_A_PAIR = 3;

  private double[] message = new double[OF_A_PAIR * 8];
  private int episodes;
  private boolean seeded;
  private double current;

  /** Pairs whose both episodes have ended. */
  int pairs() {
    return episodes / 2;
  }

  /** Whether the current episode is the second of its pair. */
  boolean isMirrored() {
    return episodes % 2 == 1;
  }

  /** The seed of the current pair: a new one for its first episode. */
  long seed(RandomGenerator random) {
    int at = OF_A_PAIR * pairs();
    if (!seeded) {
      message = at + OF_A_PAIR > message.length ? Arrays.copyOf(message, 2 * at) : message;
      message[at] = random.nextLong() >>> 11; // 53 bits, all of which a double holds.
      seeded = true;
    }
    return (long) message[at];
  }

  void startEpisode() {
    current = 0;
  }

  void reward(double r) {
    current += r;
  }

  /**
   * @throws IllegalStateException if its return is not finite
   */
  void endEpisode() {
    if (!Double.isFinite(current)) {
      throw new IllegalStateException(
          "an episode's return is " + current + ", which has no rank; an environment gave this");
    }
    message[OF_A_PAIR * pairs() + 1 + episodes % 2] = current;
    episodes++;
    seeded = isMirrored();
    startEpisode();
  }

  void clear() {
    episodes = 0;
  }

  /** Seed, return with ε and return with −ε of each pair. */
  double[] message() {
    return Arrays.copyOf(message, OF_A_PAIR * pairs());
  }

  /** The seed of a pair in messages put behind each other. */
  static long seed(double[] all, int pair) {
    return (long) all[OF_A_PAIR * pair];
  }

  /** The returns in messages put behind each other. */
  static double[] returns(double[] all) {
    return IntStream.range(0, all.length / OF_A_PAIR * 2)
        .mapToDouble(i -> all[i / 2 * OF_A_PAIR + 1 + i % 2])
        .toArray();
  }

  /** Ranks of returns, spread evenly from −½ to ½; equal ones share the mean of theirs. */
  static double[] centeredRanks(double[] returns) {
    int n = returns.length;
    int[] order =
        IntStream.range(0, n)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> returns[i]))
            .mapToInt(i -> i)
            .toArray();
    double[] ranks = new double[n];
    int end;
    for (int first = 0; first < n; first = end) {
      end = first + 1;
      while (end < n && returns[order[end]] == returns[order[first]]) {
        end++;
      }
      for (int i = first; i < end; i++) {
        ranks[order[i]] = (first + end - 1) / 2.0 / (n - 1) - 0.5;
      }
    }
    return ranks;
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeInt(message.length);
    for (double each : message) {
      out.writeDouble(each);
    }
    out.writeInt(episodes);
    out.writeBoolean(seeded);
    out.writeDouble(current);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    message = new double[in.readInt()];
    for (int i = 0; i < message.length; i++) {
      message[i] = in.readDouble();
    }
    episodes = in.readInt();
    seeded = in.readBoolean();
    current = in.readDouble();
  }
}
