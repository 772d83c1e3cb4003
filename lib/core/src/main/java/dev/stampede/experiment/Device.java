package dev.stampede.experiment;

import dev.stampede.nn.Engine;

/**
 * What the learner computes on. This version computes on the CPU only; a GPU that is asked for is
 * refused before training, with what was found.
 */
public enum Device {
  CPU,
  GPU;

  /** The default. */
  public static Device cpu() {
    return CPU;
  }

  /** Refused by {@link Experiment.Builder#build}. */
  public static Device gpu() {
    return GPU;
  }

  /**
   * @param name {@code cpu} or {@code gpu}
   * @throws IllegalArgumentException if it is another
   */
  public static Device named(String name) {
    return switch (name) {
      case "cpu" -> CPU;
      case "gpu" -> GPU;
      default ->
          throw new IllegalArgumentException(
              "device: expected cpu or gpu but got \"" + name + "\"");
    };
  }

  /**
   * @throws IllegalArgumentException if nothing can be learned on it here
   */
  void check() {
    if (this == GPU) {
      throw new IllegalArgumentException(refusal(Engine.version(), Engine.gpus()));
    }
  }

  /**
   * @param gpus that the engine can compute on
   */
  static String refusal(String engine, int gpus) {
    String found =
        gpus == 0
            ? "the engine, " + engine + ", can compute on none here: its devices are cpu"
            : "this version of Stampede does not compute on one, though the engine, "
                + engine
                + ", could: its devices are cpu and "
                + gpus
                + " gpu";
    return "device: a GPU was asked for, but "
        + found
        + "; leave device out or give device(cpu()), on the command line --device cpu: this version"
        + " learns on the CPU";
  }
}
