package dev.stampede.experiment;

import dev.stampede.diagnosis.Diagnosis;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.EnvironmentOptions;
import dev.stampede.env.Environments;
import dev.stampede.runtime.Checkpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What to run: an algorithm, an environment, threads, a budget, a seed. An immutable value.
 *
 * <pre>{@code
 * Run run = Experiment.of().algorithm(A3C).threads(16).env("Breakout").build().run();
 * }</pre>
 */
public final class Experiment {
  static final String OWN_ENVIRONMENT = "a factory of the user's own";

  private final Builder b;

  private Experiment(Builder b) {
    this.b = b;
  }

  /** A builder with the defaults: A3C on CartPole, two threads, seed 1. */
  public static Builder of() {
    return new Builder();
  }

  /**
   * Goes on with a run where its newest checkpoint was taken: a builder with all that it was, and
   * the same folder. More {@link Builder#steps} may be given; an environment or a network of your
   * own must be given again, since files cannot hold them.
   *
   * @param directory the folder of the run
   * @throws IllegalArgumentException if there is no whole checkpoint in it
   */
  public static Builder resume(Path directory) {
    Checkpoint checkpoint = Checkpoint.newest(directory, line -> {});
    Builder builder = new Builder();
    CheckpointedSettings.give(checkpoint.experiment(), builder);
    builder.out = directory;
    builder.resumed = directory;
    return builder;
  }

  /**
   * Says in words what a run's folder shows; see {@link Run#diagnose}.
   *
   * @param directory the folder of the run
   * @param messages takes a line for the user where something lasts
   * @throws IllegalArgumentException if there is no run in it
   */
  public static Diagnosis diagnose(Path directory, Consumer<String> messages) {
    return Diagnosis.of(Checkup.of(directory, messages));
  }

  public Preset algorithm() {
    return b.algorithm;
  }

  public int threads() {
    return b.threads;
  }

  /** The environment's name; that of the class where one was given as a factory. */
  public String env() {
    return b.env;
  }

  /** Agent steps of all threads; empty for the environment's default. */
  public OptionalLong steps() {
    return b.steps;
  }

  public long seed() {
    return b.seed;
  }

  public OptionalDouble until() {
    return b.until;
  }

  public OptionalLong evaluateEvery() {
    return b.evaluateEvery;
  }

  public int evaluationEpisodes() {
    return b.evaluationEpisodes;
  }

  public boolean deterministic() {
    return b.deterministic;
  }

  /** Whether evaluations take the best action; empty for the algorithm's own way. */
  public Optional<Boolean> greedyEvaluation() {
    return Optional.ofNullable(b.greedyEvaluation);
  }

  /** What the learner computes on. */
  public Device device() {
    return b.device;
  }

  /** Where the run is written; empty to keep it in memory only. */
  public Optional<Path> out() {
    return Optional.ofNullable(b.out);
  }

  /** Whether the run does without its files where they cannot be written. */
  boolean filesMayFail() {
    return b.filesMayFail;
  }

  /** Time between checkpoints; zero for one at the end only. */
  public Duration checkpointEvery() {
    return b.checkpointEvery;
  }

  /** Whether checkpoints hold the replay memories. */
  public boolean saveReplay() {
    return b.saveReplay;
  }

  /** Agent steps between copies of θ that are kept; empty if none are. */
  public OptionalLong keepParametersEvery() {
    return b.keepParametersEvery;
  }

  /** Whether it goes on with an earlier run. */
  boolean resumes() {
    return b.resumed != null;
  }

  /** Starts the run on threads of its own and returns at once. */
  public Run start() {
    return start(line -> {});
  }

  /**
   * Starts the run on threads of its own and returns at once.
   *
   * @param messages takes a line for the user where something lasts, such as setting up Python;
   *     called from the run's threads
   */
  public Run start(Consumer<String> messages) {
    return Run.start(this, messages);
  }

  /**
   * Runs to the end. An interrupt stops the run in an orderly way and returns it with everything so
   * far.
   *
   * @throws RunFailedException if the run failed; it holds the run
   */
  public Run run() {
    return start().await();
  }

  /** Whether a run closes what {@link #openEnvironments} gives it. */
  boolean closesEnvironments() {
    return b.closesEnvironments;
  }

  EnvironmentFactory openEnvironments(Consumer<String> messages) {
    EnvironmentFactory factory = b.factory;
    if (factory != null) {
      return factory;
    }
    return b.algorithm.isSynchronous()
        ? Environments.openForBatch(b.env, b.threads, messages)
        : Environments.open(b.env, b.threads, messages);
  }

  /** Makes an {@link Experiment}. */
  public static final class Builder {
    private Preset algorithm = Algorithms.A3C;
    private int threads = 2;
    private String env = "CartPole";
    private List<String> packages = List.of();
    private @Nullable EnvironmentFactory factory;
    private boolean closesEnvironments = true;
    private OptionalLong steps = OptionalLong.empty();
    private long seed = 1;
    private OptionalDouble until = OptionalDouble.empty();
    private OptionalLong evaluateEvery = OptionalLong.empty();
    private int evaluationEpisodes = 10;
    private @Nullable Boolean greedyEvaluation;
    private boolean deterministic;
    private Device device = Device.CPU;
    private @Nullable Path out;
    private boolean filesMayFail;
    private Duration checkpointEvery = Duration.ofMinutes(1);
    private boolean saveReplay;
    private OptionalLong keepParametersEvery = OptionalLong.empty();
    private @Nullable Path resumed;

    private Builder() {}

    private Builder(Builder other) {
      algorithm = other.algorithm;
      threads = other.threads;
      env = other.env;
      factory = other.factory;
      closesEnvironments = other.closesEnvironments;
      steps = other.steps;
      seed = other.seed;
      until = other.until;
      evaluateEvery = other.evaluateEvery;
      evaluationEpisodes = other.evaluationEpisodes;
      deterministic = other.deterministic;
      device = other.device;
      greedyEvaluation = other.greedyEvaluation;
      out = other.out;
      filesMayFail = other.filesMayFail;
      checkpointEvery = other.checkpointEvery;
      saveReplay = other.saveReplay;
      keepParametersEvery = other.keepParametersEvery;
      resumed = other.resumed;
    }

    public Builder algorithm(Preset preset) {
      algorithm = preset;
      return this;
    }

    /**
     * @param name such as {@code A3C}
     * @throws IllegalArgumentException with the nearest names if there is none
     */
    public Builder algorithm(String name) {
      return algorithm(Algorithms.named(name));
    }

    /** Actor-learners, each on a thread of its own. */
    public Builder threads(int n) {
      if (n < 1) {
        throw new IllegalArgumentException(
            "threads: expected at least 1 actor-learner but got " + n);
      }
      threads = n;
      return this;
    }

    /** The same, as Ape-X names it: actors beside its learner. */
    public Builder actors(int n) {
      return threads(n);
    }

    /**
     * An environment by name: a native task ({@code CartPole}), an Atari game by the paper's
     * protocol ({@code Breakout}), or any Gymnasium id ({@code Acrobot-v1}).
     *
     * @throws IllegalArgumentException with the nearest names if none is known
     */
    public Builder env(String id) {
      Environments.check(id);
      return env(id, null, true);
    }

    /** An environment with options or wrappers; see {@link EnvironmentName}. */
    public Builder env(EnvironmentName name) {
      return env(name.toString());
    }

    /** An environment with a named set of options, such as a protocol of Atari games. */
    public Builder env(String id, EnvironmentOptions options) {
      EnvironmentName name = EnvironmentName.parse(id);
      for (Map.Entry<String, Object> option : options.options().entrySet()) {
        name = name.with(option.getKey(), option.getValue());
      }
      return env(name);
    }

    /**
     * Python packages that the environment needs beside those that come with its kind, as for pip:
     * {@code "highway-env==1.10.1"}. They are installed where nothing else uses them.
     */
    public Builder packages(String... packages) {
      this.packages = List.of(packages);
      return this;
    }

    /** Environments of your own; called once for each thread. The run closes the factory. */
    public Builder env(EnvironmentFactory environments) {
      return env(OWN_ENVIRONMENT, environments, true);
    }

    /** Of a factory that serves other runs too: the end of one must not close it under them. */
    Builder envOfMany(EnvironmentFactory environments) {
      return env(OWN_ENVIRONMENT, environments, false);
    }

    private Builder env(String name, @Nullable EnvironmentFactory environments, boolean closes) {
      env = name;
      factory = environments;
      closesEnvironments = closes;
      return this;
    }

    /** T_max, in agent steps of all threads together. */
    public Builder steps(long n) {
      steps = OptionalLong.of(positive("steps", n));
      return this;
    }

    public Builder seed(long s) {
      seed = s;
      return this;
    }

    /** Ends the run when the mean return over 100 episodes reaches this. */
    public Builder until(double meanReturn) {
      if (Double.isNaN(meanReturn)) {
        throw new IllegalArgumentException("until: expected a mean return but got NaN");
      }
      until = OptionalDouble.of(meanReturn);
      return this;
    }

    /** Agent steps between evaluations of θ in an environment of its own. */
    public Builder evaluateEvery(long n) {
      evaluateEvery = OptionalLong.of(positive("evaluateEvery", n));
      return this;
    }

    public Builder evaluationEpisodes(int n) {
      evaluationEpisodes = (int) positive("evaluationEpisodes", n);
      return this;
    }

    /**
     * Whether evaluations take the most probable action (the mean, for numbers) or draw from the
     * policy. By default a policy is drawn from; methods that learn Q(s, a) are greedy in any case.
     */
    public Builder greedyEvaluation(boolean greedy) {
      greedyEvaluation = greedy;
      return this;
    }

    /** Makes the run repeatable bit for bit; with one thread only. */
    public Builder deterministic(boolean yes) {
      deterministic = yes;
      return this;
    }

    /** What the learner computes on, the CPU if not given; {@link #build} refuses a GPU. */
    public Builder device(Device on) {
      device = on;
      return this;
    }

    /** Writes the run's results into this folder, which is made if need be. */
    public Builder out(Path directory) {
      out = directory;
      filesMayFail = false;
      return this;
    }

    /**
     * The same for files that nobody asked for: a folder that cannot be made or a full disk is told
     * of, and the run goes on; see {@link Run#unwritten}.
     */
    public Builder outIfPossible(Path directory) {
      out = directory;
      filesMayFail = true;
      return this;
    }

    /**
     * Time between two checkpoints, from which {@link Experiment#resume} goes on; a minute if not
     * given. They are written into {@link #out}; without it there are none.
     *
     * @param interval zero for one at the end only
     */
    public Builder checkpointEvery(Duration interval) {
      if (interval.isNegative()) {
        throw new IllegalArgumentException(
            "checkpointEvery: expected a time of 0 or more but got " + interval);
      }
      checkpointEvery = interval;
      return this;
    }

    /**
     * Saves replay memories with each checkpoint, so that a run that is resumed need not fill them
     * anew. Each file is as large as its memory, and the threads wait while it is written.
     */
    public Builder saveReplay(boolean yes) {
      saveReplay = yes;
      return this;
    }

    /**
     * Keeps θ in {@link #out} after every so many agent steps, so that {@link Run#at} can go back
     * to it. Each takes 4 bytes for each parameter of the network.
     */
    public Builder keepParametersEvery(long steps) {
      keepParametersEvery = OptionalLong.of(positive("keepParametersEvery", steps));
      return this;
    }

    /**
     * @throws IllegalArgumentException if the parts do not go together
     */
    public Experiment build() {
      device.check();
      if (!packages.isEmpty()) {
        if (factory != null) {
          throw new IllegalArgumentException(
              "packages: expected an environment of Python's by its name, but it is a class here");
        }
        env(EnvironmentName.parse(env).with("packages", packages));
        packages = List.of();
      }
      if (saveReplay && algorithm.settings().containsKey(Knob.SAVE_REPLAY)) {
        algorithm = algorithm.set(Knob.SAVE_REPLAY, "yes");
      }
      Experiment experiment = new Experiment(new Builder(this));
      Path from = resumed;
      if (from != null) {
        if (!from.equals(out)) {
          throw new IllegalArgumentException(
              "out: a run is resumed in its own folder, "
                  + from
                  + ", but "
                  + out
                  + " was asked for");
        }
        CheckpointedSettings.check(Checkpoint.newest(from, line -> {}).experiment(), experiment);
      }
      if (deterministic && algorithm.hasRoles()) {
        throw new IllegalArgumentException(
            "deterministic: the roles of "
                + algorithm.algorithm()
                + " are threads whose order no seed fixes, even of one agent; use A3C with"
                + " threads(1), on the command line --threads 1, or a synchronous algorithm such as"
                + " A2C");
      }
      if (deterministic && threads != 1 && !algorithm.isSynchronous()) {
        throw new IllegalArgumentException(
            "deterministic: "
                + threads
                + " threads update θ in an order that no seed fixes; use threads(1), on the command"
                + " line --threads 1, or a synchronous algorithm such as A2C");
      }
      return experiment;
    }

    private static long positive(String what, long n) {
      if (n < 1) {
        throw new IllegalArgumentException(what + ": expected at least 1 but got " + n);
      }
      return n;
    }
  }
}
