package dev.stampede.algorithm;

import dev.stampede.env.Saveable;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * D: the samples (s, a, r, s′) of one worker, its states as those features that are 1, and how far
 * it has learned from them. For one thread.
 */
final class Samples implements Saveable {
  /** Features of a terminal state. */
  static final int[] TERMINAL = {};

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Sample(int[] s, int a, double r, int[] sPrime) {}

  private final List<Sample> all = new ArrayList<>();
  private int rounds;
  private int iteration;

  /**
   * @param s not copied
   * @param sPrime not copied; {@link #TERMINAL} if s′ is
   */
  void add(int[] s, int a, double r, int[] sPrime) {
    all.add(new Sample(s, a, r, sPrime));
  }

  int size() {
    return all.size();
  }

  int[] state(int k) {
    return all.get(k).s;
  }

  int action(int k) {
    return all.get(k).a;
  }

  double reward(int k) {
    return all.get(k).r;
  }

  int[] next(int k) {
    return all.get(k).sPrime;
  }

  /** How many policy iterations have ended. */
  int rounds() {
    return rounds;
  }

  /** How many times w was solved for in the one that has not. */
  int iteration() {
    return iteration;
  }

  void iterated() {
    iteration++;
  }

  void learned() {
    rounds++;
    iteration = 0;
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeInt(rounds);
    out.writeInt(iteration);
    out.writeInt(all.size());
    for (Sample each : all) {
      write(each.s, out);
      out.writeInt(each.a);
      out.writeDouble(each.r);
      write(each.sPrime, out);
    }
  }

  @Override
  public void restore(DataInput in) throws IOException {
    rounds = in.readInt();
    iteration = in.readInt();
    for (int left = in.readInt(); left > 0; left--) {
      all.add(new Sample(read(in), in.readInt(), in.readDouble(), read(in)));
    }
  }

  private static void write(int[] features, DataOutput out) throws IOException {
    out.writeInt(features.length);
    for (int each : features) {
      out.writeInt(each);
    }
  }

  private static int[] read(DataInput in) throws IOException {
    int[] features = new int[in.readInt()];
    for (int i = 0; i < features.length; i++) {
      features[i] = in.readInt();
    }
    return features;
  }
}
