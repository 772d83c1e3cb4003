package dev.stampede.env;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.random.RandomGenerator;

/**
 * The generator SplitMix64 with a state that can be read and put back, which those of the JDK do
 * not offer: a resumed run goes on with the same numbers.
 *
 * <p>Steele, Lea and Flood (2014), "Fast splittable pseudorandom number generators". For one
 * thread.
 */
public final class SplitMix implements RandomGenerator, Saveable {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  public SplitMix(long state) {
    this.state = state;
  }

  /** All that the next numbers depend on; {@code new SplitMix(state())} gives the same ones. */
  public long state() {
    return state;
  }

  @Override
  public long nextLong() {
    state += GOLDEN_GAMMA;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  @Override
  public void save(DataOutput out) throws IOException {
    out.writeLong(state);
  }

  @Override
  public void restore(DataInput in) throws IOException {
    state = in.readLong();
  }
}
