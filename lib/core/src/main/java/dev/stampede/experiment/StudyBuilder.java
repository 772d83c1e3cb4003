package dev.stampede.experiment;

import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.EnvironmentName;
import dev.stampede.env.EnvironmentOptions;
import dev.stampede.env.Environments;
import dev.stampede.result.Metric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What can be said of a {@link Compare} and of a {@link Sweep}. */
public abstract sealed class StudyBuilder<B extends StudyBuilder<B>>
    permits Compare.Builder, Sweep.Builder {
  /** Evaluations of a run, unless something else is asked for. */
  static final int EVALUATIONS = 20;

  private final List<StudyEnvironment> environments = new ArrayList<>();
  private OptionalLong steps = OptionalLong.empty();
  private int threads = 2;
  private OptionalLong evaluateEvery = OptionalLong.empty();
  private int evaluationEpisodes = 10;
  private @Nullable Boolean greedy;
  private Metric metric = Metric.LAST;
  private @Nullable Path out;

  abstract B self();

  /** An environment by name, beside those given before; see {@link Experiment.Builder#env}. */
  public B env(String id) {
    Environments.check(id);
    return add(new StudyEnvironment(id, Optional.empty()));
  }

  /** An environment with options or wrappers. */
  public B env(EnvironmentName name) {
    return env(name.toString());
  }

  /** An environment with a named set of options, such as a protocol of Atari games. */
  public B env(String id, EnvironmentOptions options) {
    EnvironmentName name = EnvironmentName.parse(id);
    for (Map.Entry<String, Object> option : options.options().entrySet()) {
      name = name.with(option.getKey(), option.getValue());
    }
    return env(name);
  }

  /**
   * Environments of your own; called once for each thread of each run. The factory serves all runs
   * and is not closed by them.
   */
  public B env(EnvironmentFactory factory) {
    return add(new StudyEnvironment(Experiment.OWN_ENVIRONMENT, Optional.of(factory)));
  }

  /** Several environments by name. */
  public B envs(String... ids) {
    for (String id : ids) {
      env(id);
    }
    return self();
  }

  private B add(StudyEnvironment environment) {
    if (environments.stream().anyMatch(each -> each.name().equals(environment.name()))) {
      throw new IllegalArgumentException(
          "env: expected each environment once but got " + environment.name() + " again");
    }
    environments.add(environment);
    return self();
  }

  /** The budget of each run, in agent steps of all its threads. */
  public B steps(long n) {
    steps = OptionalLong.of(atLeastOne("steps", n));
    return self();
  }

  /** Actor-learners of each run; about as many runs go side by side as have a core for each. */
  public B threads(int n) {
    threads = (int) atLeastOne("threads", n);
    return self();
  }

  /** Agent steps between evaluations; without it each run is evaluated about 20 times. */
  public B evaluateEvery(long n) {
    evaluateEvery = OptionalLong.of(atLeastOne("evaluateEvery", n));
    return self();
  }

  /** Episodes of each evaluation; 10 if not given. */
  public B evaluationEpisodes(int n) {
    evaluationEpisodes = (int) atLeastOne("evaluationEpisodes", n);
    return self();
  }

  /** Whether evaluations take the best action; see {@link Experiment.Builder#greedyEvaluation}. */
  public B greedyEvaluation(boolean yes) {
    greedy = yes;
    return self();
  }

  /** What counts as the score of a run; that of the last evaluation if not given. */
  public B metric(Metric which) {
    metric = which;
    return self();
  }

  final Metric metric() {
    return metric;
  }

  /** Holds a folder for each run; what an earlier call left there is used and gone on with. */
  public B out(Path directory) {
    out = directory;
    return self();
  }

  /** The folder, if one was given. */
  public Optional<Path> out() {
    return Optional.ofNullable(out);
  }

  /**
   * @param first budget of each run, of a sweep in its first round
   */
  final StudySettings settings(long defaultEvaluateEvery, long first) {
    if (environments.isEmpty()) {
      throw new IllegalArgumentException("env: say where to act, such as env(\"CartPole\")");
    }
    Path directory = out;
    if (directory == null) {
      throw new IllegalArgumentException(
          "out: say where the runs are to be kept, such as out(Path.of(\"runs/mine\"))");
    }
    long every = evaluateEvery.orElse(defaultEvaluateEvery);
    long most = first / metric.fewestEvaluations();
    if (every > most) {
      throw new IllegalArgumentException(
          "evaluateEvery: expected at most "
              + most
              + " steps, so that the "
              + first
              + " of a run have the evaluations of a score ("
              + metric.fewestEvaluations()
              + "), but got "
              + every);
    }
    return new StudySettings(
        List.copyOf(environments),
        budget(),
        threads,
        every,
        evaluationEpisodes,
        Optional.ofNullable(greedy),
        metric,
        directory);
  }

  final long budget() {
    return steps.orElseThrow(
        () ->
            new IllegalArgumentException(
                "steps: say how long each run is to be, such as steps(200_000)"));
  }

  static long atLeastOne(String what, long n) {
    if (n < 1) {
      throw new IllegalArgumentException(what + ": expected at least 1 but got " + n);
    }
    return n;
  }
}
