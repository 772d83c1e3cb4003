package dev.stampede.experiment;

import dev.stampede.result.Metric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Which of several algorithms is better: each with several seeds, in one or several environments.
 * An immutable plan.
 *
 * <pre>{@code
 * CompareResults results =
 *     Compare.of(A3C, A3C.named("A3C + GAE").lambda(0.95))
 *         .env("CartPole").seeds(10).steps(200_000).out(Path.of("runs/gae"))
 *         .build().start().await();
 * System.out.println(results.verdict());
 * }</pre>
 *
 * <p>A run's score is what it reached in evaluations, in environments and with seeds of their own.
 * Where some algorithms draw actions from a policy and others take the best, evaluations take the
 * best of all, unless {@link StudyBuilder#greedyEvaluation} says otherwise.
 */
public final class Compare {

  /** The scores of an environment that count as 0 and as 1. */
  record Scale(double low, double high) {}

  private final Map<String, Preset> algorithms;
  private final int seeds;
  private final Map<String, Scale> scales;
  private final StudySettings settings;

  private Compare(
      Map<String, Preset> algorithms,
      int seeds,
      Map<String, Scale> scales,
      StudySettings settings) {
    this.algorithms = algorithms;
    this.seeds = seeds;
    this.scales = scales;
    this.settings = settings;
  }

  /** Ten seeds of each, with two threads each; environment, budget and folder are still to say. */
  public static Builder of(Preset... algorithms) {
    return new Builder(List.of(algorithms));
  }

  /** By the names that tables and figures show. */
  public Map<String, Preset> algorithms() {
    return algorithms;
  }

  public List<String> environments() {
    return settings.environments().stream().map(StudyEnvironment::name).toList();
  }

  /** Runs of each algorithm in each environment: seeds 1, 2, … */
  public int seeds() {
    return seeds;
  }

  /** Agent steps of each run. */
  public long steps() {
    return settings.steps();
  }

  public int threads() {
    return settings.threads();
  }

  /** Agent steps between evaluations. */
  public long evaluateEvery() {
    return settings.evaluateEvery();
  }

  public Metric metric() {
    return settings.metric();
  }

  /** Holds a folder for each run. */
  public Path out() {
    return settings.out();
  }

  Map<String, Scale> scales() {
    return scales;
  }

  String goOn() {
    return settings.goOn();
  }

  /** Starts the runs that are not complete yet, on threads of their own, and returns at once. */
  public StudyRun<CompareResults> start() {
    return start(line -> {});
  }

  /**
   * Starts the runs that are not complete yet, on threads of their own, and returns at once.
   *
   * @param messages takes a line for the user; called from other threads
   * @throws IllegalArgumentException if the folder holds something else
   */
  public StudyRun<CompareResults> start(Consumer<String> messages) {
    List<PlannedTrial> plan = plan();
    Map<String, Map<String, String>> named = new LinkedHashMap<>();
    algorithms.forEach((name, preset) -> named.put(name, StudyFile.named(preset)));
    StudyFile folder =
        StudyFile.claim(out(), new StudyFile.Contents("compare", settings.named(), named));
    RunPool pool = new RunPool(out(), messages, false);
    return StudyRun.start(
        folder,
        "compare",
        pool,
        plan.size(),
        (double) steps() * plan.size(),
        each -> each.perform(each.left(plan)),
        this::results);
  }

  /** The results of the runs that are complete. */
  public CompareResults results() {
    return CompareResults.read(this, plan());
  }

  /** Seed after seed, so that one that is stopped has as many runs of each algorithm. */
  private List<PlannedTrial> plan() {
    List<PlannedTrial> plan = new ArrayList<>();
    for (int seed = 1; seed <= seeds; seed++) {
      for (StudyEnvironment env : settings.environments()) {
        for (Map.Entry<String, Preset> each : algorithms.entrySet()) {
          plan.add(planned(each.getKey(), each.getValue(), env, seed));
        }
      }
    }
    return plan;
  }

  private PlannedTrial planned(String name, Preset algorithm, StudyEnvironment env, long seed) {
    return new PlannedTrial(
        PlannedTrial.fileName(name) + "-" + PlannedTrial.fileName(env.name()) + "-seed" + seed,
        name + " on " + env.name() + ", seed " + seed,
        algorithm,
        env,
        seed,
        0,
        steps(),
        settings);
  }

  /** Makes a {@link Compare}. */
  public static final class Builder extends StudyBuilder<Builder> {
    private final List<Preset> algorithms;
    private final Map<String, Scale> scales = new LinkedHashMap<>();
    private int seeds = 10;

    private Builder(List<Preset> algorithms) {
      this.algorithms = algorithms;
    }

    @Override
    Builder self() {
      return this;
    }

    /** Runs of each algorithm in each environment; 10 if not given. Choose it before looking. */
    public Builder seeds(int n) {
      seeds = (int) atLeastOne("seeds", n);
      return this;
    }

    /**
     * The scores of an environment that count as 0 and as 1 where several are compared. Without it
     * these are the lowest and the highest score of any run compared.
     */
    public Builder scale(String env, double low, double high) {
      if (!(low < high)) {
        throw new IllegalArgumentException(
            "scale: expected a lower score and a higher one but got " + low + " and " + high);
      }
      scales.put(env, new Scale(low, high));
      return this;
    }

    /**
     * @throws IllegalArgumentException if something is missing, or two algorithms cannot be told
     *     apart
     */
    public Compare build() {
      Map<String, Preset> named = Variants.named(algorithms);
      StudySettings settings = settings(Math.max(1, budget() / EVALUATIONS), budget());
      for (String env : scales.keySet()) {
        if (settings.environments().stream().noneMatch(each -> each.name().equals(env))) {
          throw new IllegalArgumentException(
              "scale: expected one of the environments compared, "
                  + settings.environments().stream()
                      .map(StudyEnvironment::name)
                      .collect(Collectors.joining(", "))
                  + ", but got "
                  + env);
        }
      }
      return new Compare(
          Collections.unmodifiableMap(named),
          seeds,
          Collections.unmodifiableMap(new LinkedHashMap<>(scales)),
          settings.greedy().isEmpty() && waysDiffer() ? settings.greedily() : settings);
    }

    /** Whether some draw their actions from a policy and others take the best. */
    private boolean waysDiffer() {
      return algorithms.stream().map(each -> each.make(1).stochastic()).distinct().count() > 1;
    }
  }
}
