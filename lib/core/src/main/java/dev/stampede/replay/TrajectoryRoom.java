package dev.stampede.replay;

import com.sun.management.HotSpotDiagnosticMXBean;
import com.sun.management.OperatingSystemMXBean;
import dev.stampede.env.Space;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/**
 * Memory that trajectories need.
 *
 * @param outside bytes of their observations, outside the heap
 * @param heap bytes of their actions, rewards and policies
 */
public record TrajectoryRoom(long outside, long heap) {

  /** What a trajectory of some ten steps costs beside its numbers, for each of them. */
  private static final int OBJECTS = 16;

  /**
   * For so many steps. Planes that follow each other are counted once, as {@link Trajectories}
   * keeps them; an observation whose planes are all new takes more.
   */
  public static TrajectoryRoom of(long steps, Space.Box observations, int choices) {
    int frames = ConsecutiveFrames.perObservation(observations);
    long each =
        Integer.BYTES
            + Double.BYTES
            + (long) Float.BYTES * choices
            + (long) Long.BYTES * frames
            + OBJECTS;
    return new TrajectoryRoom(
        Math.multiplyExact(steps, (long) (observations.bytes() / frames)),
        Math.multiplyExact(steps, each));
  }

  /**
   * Makes sure that this machine has as much.
   *
   * @throws IllegalArgumentException with the numbers if it does not
   */
  public void check(long steps) {
    OperatingSystemMXBean machine =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    check(steps, outsideLimit(), Runtime.getRuntime().maxMemory(), machine.getTotalMemorySize());
  }

  void check(long steps, long outsideLimit, long heapLimit, long machine) {
    if (outside > outsideLimit || heap > heapLimit || outside > machine - heap) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "replay-capacity: %,d steps need %,d MB outside the heap and %,d MB in it, but Java"
                  + " may take %,d MB outside (-XX:MaxDirectMemorySize) and %,d MB in it (-Xmx),"
                  + " and the machine has %,d MB; set a smaller replay-capacity",
              steps,
              megabytes(outside),
              megabytes(heap),
              megabytes(outsideLimit),
              megabytes(heapLimit),
              megabytes(machine)));
    }
  }

  private static long megabytes(long bytes) {
    return (bytes + 999_999) / 1_000_000;
  }

  /** Where nothing was said, it is as much as the heap may have. */
  private static long outsideLimit() {
    HotSpotDiagnosticMXBean java =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    long said = Long.parseLong(java.getVMOption("MaxDirectMemorySize").getValue());
    return said == 0 ? Runtime.getRuntime().maxMemory() : said;
  }
}
