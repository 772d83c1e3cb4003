package dev.stampede.experiment;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.AsynchronousAlgorithm;
import dev.stampede.algorithm.PerThread;
import dev.stampede.algorithm.TrajectoryUse;
import dev.stampede.env.Space;
import dev.stampede.experiment.Preset.Setting;
import dev.stampede.nn.Network;
import dev.stampede.replay.TrajectoryRoom;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/** ACER with its values, and what it needs of a machine. */
final class AcerPresets {
  private static final String CODE = "OpenAI Baselines, acer.py, defaults";

  /** The largest memory that a checkpoint holds: it is made in one piece. */
  private static final long LARGEST_SAVED = 1L << 30;

  private AcerPresets() {}

  /**
   * @param common what the asynchronous methods have in common
   */
  static Preset of(Map<Knob, Setting> common) {
    Map<Knob, Setting> all = new EnumMap<>(common);
    verified(all, Knob.LEARNING_RATE, "7.0E-4", "; the paper tries several");
    verified(all, Knob.GAMMA, "0.99", "");
    verified(all, Knob.ENTROPY, "0.01", "");
    verified(all, Knob.VALUE_WEIGHT, "0.5", ": q_coef of ½(Q^ret − Q)²");
    verified(all, Knob.T_MAX, "20", "");
    verified(all, Knob.REDUCTION, "mean", "");
    verified(all, Knob.RMS_EPSILON, "1.0E-5", "");
    verified(all, Knob.RMS_DECAY, "0.99", "");
    verified(all, Knob.CLIP_NORM, "10.0", "");
    verified(all, Knob.REPLAY_RATIO, "4.0", "; the paper tries 0, 1, 4 and 8");
    verified(all, Knob.TRUNCATION, "10.0", "");
    verified(all, Knob.TRUST_REGION, "1.0", "");
    verified(all, Knob.AVERAGE_DECAY, "0.99", "");
    String each = CODE + ", which has as many for each environment";
    all.put(Knob.REPLAY_CAPACITY, new Setting("50000", each, Certainty.CHOSEN));
    all.put(Knob.LEARNING_STARTS, new Setting("10000", each, Certainty.CHOSEN));
    all.put(
        Knob.SAVE_REPLAY,
        new Setting("no", "a resumed run fills it again; no part of a paper", Certainty.CHOSEN));
    return Preset.ofPaper(
        "ACER",
        all,
        Map.of(
            Knob.LEARNING_RATE, "0.001",
            Knob.LEARNING_STARTS, "1000",
            Knob.REPLAY_CAPACITY, "10000"), // Rollouts of the first, bad policies go soon.
        AcerPresets::make);
  }

  private static void verified(Map<Knob, Setting> all, Knob knob, String value, String more) {
    all.put(knob, new Setting(value, CODE + more, Certainty.VERIFIED));
  }

  private static Algorithm make(Preset p, int framesPerStep) {
    return new dev.stampede.algorithm.ACER(
        p.number(Knob.GAMMA),
        new PerThread(
            Arrays.stream(p.value(Knob.ENTROPY).split(",")).map(Double::valueOf).toList()),
        p.number(Knob.VALUE_WEIGHT),
        p.whole(Knob.T_MAX),
        p.number(Knob.REPLAY_RATIO),
        new TrajectoryUse(
            p.whole(Knob.REPLAY_CAPACITY), p.whole(Knob.LEARNING_STARTS), p.yes(Knob.SAVE_REPLAY)),
        p.number(Knob.TRUNCATION),
        p.number(Knob.TRUST_REGION),
        p.number(Knob.AVERAGE_DECAY));
  }

  /** What a user has to know of the memory when a run is resumed; nothing if it was saved. */
  static String ofResumption(Preset preset) {
    boolean filled =
        !(preset.make(1) instanceof AsynchronousAlgorithm a)
            || a.trajectories().map(TrajectoryUse::saved).orElse(true);
    return filled
        ? ""
        : "; the memory of rollouts was not saved (save-replay=no): it is filled again before any"
            + " of them is learned from again";
  }

  /**
   * Makes sure, before training, that an algorithm can go back to its rollouts here.
   *
   * @throws IllegalArgumentException if it cannot
   */
  static void check(AsynchronousAlgorithm algorithm, Network network, Space actions, int threads) {
    TrajectoryUse use = algorithm.trajectories().orElseThrow();
    if (network.isRecurrent()) {
      throw new IllegalArgumentException(
          algorithm.getClass().getSimpleName()
              + " takes no recurrent network: nobody would know what it remembered before a rollout"
              + " of the past. A3C, A2C and PAAC take one");
    }
    if (use.capacity() / threads < algorithm.rolloutLength()) {
      throw new IllegalArgumentException(
          "replay-capacity: expected room for a rollout of "
              + algorithm.rolloutLength()
              + " steps in each of "
              + threads
              + " threads but got "
              + use.capacity()
              + " steps for all; set at least "
              + (long) algorithm.rolloutLength() * threads);
    }
    TrajectoryRoom room =
        TrajectoryRoom.of(use.capacity(), network.observations(), ((Space.Discrete) actions).n());
    room.check(use.capacity());
    if (use.saved() && room.outside() + room.heap() > LARGEST_SAVED) {
      throw new IllegalArgumentException(
          "save-replay: expected at most "
              + (LARGEST_SAVED >> 20)
              + " MiB to put into each checkpoint, but "
              + use.capacity()
              + " steps take about "
              + ((room.outside() + room.heap()) >> 20)
              + " MiB; set save-replay=no, so that a resumed run fills its memory again, or a"
              + " smaller replay-capacity");
    }
  }
}
