package dev.stampede.experiment;

import dev.stampede.experiment.SweepResults.Trial;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.result.Metric;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * An algorithm with many values of some of its knobs: a grid, values drawn at random, or either
 * with successive halving. An immutable plan.
 *
 * <pre>{@code
 * SweepResults results =
 *     Sweep.of(A3C).vary(Knob.LEARNING_RATE, KnobValues.logUniform(1e-4, 1e-2)).runs(50)
 *         .env("CartPole").steps(50_000).out(Path.of("runs/robust"))
 *         .build().start().await();
 * }</pre>
 *
 * <p>Each trial has a seed of its own. Successive halving: Jamieson and Talwalkar (2016),
 * arXiv:1502.07943.
 */
public final class Sweep {

  /**
   * What is tried in one trial.
   *
   * @param number from 1
   */
  record Candidate(int number, Map<Knob, String> values, Preset algorithm, long seed) {}

  /**
   * Trials with the same budget.
   *
   * @param number from 1
   * @param from agent steps that the round before did
   * @param steps agent steps at which its trials end
   */
  record Round(int number, int trials, long from, long steps) {}

  private final Preset algorithm;
  private final Map<Knob, KnobValues> knobs;
  private final List<Candidate> candidates;
  private final List<Round> rounds;
  private final StudySettings settings;
  private final Map<String, String> recorded;

  private Sweep(
      Preset algorithm,
      Map<Knob, KnobValues> knobs,
      List<Candidate> candidates,
      List<Round> rounds,
      StudySettings settings,
      Map<String, String> recorded) {
    this.algorithm = algorithm;
    this.knobs = knobs;
    this.candidates = candidates;
    this.rounds = rounds;
    this.settings = settings;
    this.recorded = recorded;
  }

  /** What is varied, the environment, the budget and the folder are still to say. */
  public static Builder of(Preset algorithm) {
    return new Builder(algorithm);
  }

  public Preset algorithm() {
    return algorithm;
  }

  /** What is varied, and over which values. */
  public Map<Knob, KnobValues> knobs() {
    return knobs;
  }

  public String env() {
    return settings.environments().get(0).name();
  }

  /** How many settings are tried. */
  public int trials() {
    return candidates.size();
  }

  /** The budgets of the rounds, in agent steps; one if nothing is halved. */
  public List<Long> budgets() {
    return rounds.stream().map(Round::steps).toList();
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

  /** Holds a folder for each trial. */
  public Path out() {
    return settings.out();
  }

  String goOn() {
    return settings.goOn();
  }

  /** Starts the trials that are not complete yet, on threads of their own, and returns at once. */
  public StudyRun<SweepResults> start() {
    return start(line -> {});
  }

  /**
   * Starts the trials that are not complete yet, on threads of their own, and returns at once.
   *
   * @param messages takes a line for the user; called from other threads
   * @throws IllegalArgumentException if the folder holds something else
   */
  public StudyRun<SweepResults> start(Consumer<String> messages) {
    StudyFile folder =
        StudyFile.claim(
            out(),
            new StudyFile.Contents(
                "sweep", recorded, Map.of(algorithm.name(), StudyFile.named(algorithm))));
    return StudyRun.start(
        folder,
        "sweep",
        new RunPool(out(), messages, false),
        rounds.stream().mapToInt(Round::trials).sum(),
        rounds.stream().mapToDouble(r -> (double) r.trials() * (r.steps() - r.from())).sum(),
        this::perform,
        this::results);
  }

  private void perform(RunPool pool) throws InterruptedException {
    List<Candidate> alive = candidates;
    for (Round round : rounds) {
      List<PlannedTrial> jobs = alive.stream().map(each -> planned(each, round)).toList();
      pool.perform(pool.left(jobs));
      if (pool.isStopped()) {
        return;
      }
      alive = survivors(alive, round);
    }
  }

  /** The best of a round, in the order of their numbers. */
  private List<Candidate> survivors(List<Candidate> alive, Round round) {
    int next = round.number() < rounds.size() ? rounds.get(round.number()).trials() : 0;
    return alive.stream()
        .flatMap(each -> trial(each, round).map(t -> Map.entry(each, t)).stream())
        .sorted(Comparator.comparingDouble(each -> -each.getValue().score()))
        .limit(next)
        .map(Map.Entry::getKey)
        .sorted(Comparator.comparingInt(Candidate::number))
        .toList();
  }

  private PlannedTrial planned(Candidate candidate, Round round) {
    return new PlannedTrial(
        String.format(Locale.ROOT, "trial-%04d", candidate.number()),
        "trial "
            + candidate.number()
            + " ("
            + inWords(candidate.values())
            + ")"
            + (rounds.size() > 1 ? ", round " + round.number() : ""),
        candidate.algorithm(),
        settings.environments().get(0),
        candidate.seed(),
        round.from(),
        round.steps(),
        settings);
  }

  static String inWords(Map<Knob, String> values) {
    return String.join(
        ", ",
        values.entrySet().stream().map(e -> e.getKey().label() + " " + e.getValue()).toList());
  }

  /** What a trial reached in a round; empty if it is not complete. */
  private Optional<Trial> trial(Candidate candidate, Round round) {
    PlannedTrial planned = planned(candidate, round);
    Path folder = out().resolve(planned.label());
    List<EvaluationRecord> evaluations = planned.evaluations(folder);
    return evaluations.size() < metric().fewestEvaluations()
        ? Optional.empty()
        : Optional.of(
            new Trial(
                candidate.number(),
                candidate.values(),
                candidate.algorithm(),
                candidate.seed(),
                round.steps(),
                metric().ofEvaluations(evaluations),
                evaluations.get(evaluations.size() - 1),
                folder));
  }

  /** The trials that are complete, each as of the last round that it has done. */
  public SweepResults results() {
    List<Trial> trials = new ArrayList<>();
    for (Candidate candidate : candidates) {
      for (int i = rounds.size() - 1; i >= 0; i--) {
        Optional<Trial> trial = trial(candidate, rounds.get(i));
        if (trial.isPresent()) {
          trials.add(trial.get());
          break;
        }
      }
    }
    return new SweepResults(this, trials);
  }

  /** Makes a {@link Sweep}. */
  public static final class Builder extends StudyBuilder<Builder> {
    private final Preset algorithm;
    private final Map<Knob, KnobValues> knobs = new LinkedHashMap<>();
    private OptionalInt runs = OptionalInt.empty();
    private long seed = 1;
    private int rounds = 1;
    private int eta = 1;

    private Builder(Preset algorithm) {
      this.algorithm = algorithm;
    }

    @Override
    Builder self() {
      return this;
    }

    /** Tries these values of a knob, with all values of the others that are varied. */
    public Builder vary(Knob knob, KnobValues values) {
      if (knobs.put(knob, values) != null) {
        throw new IllegalArgumentException(
            "vary: expected each knob once but got " + knob.label() + " again");
      }
      return this;
    }

    /**
     * How many settings are drawn. Without it each combination of all {@code oneOf} values is tried
     * once.
     */
    public Builder runs(int n) {
      runs = OptionalInt.of((int) atLeastOne("runs", n));
      return this;
    }

    /** What is drawn follows from it, and the trials' seeds: this and the next ones. */
    public Builder seed(long s) {
      seed = s;
      return this;
    }

    /**
     * Successive halving: all trials get a small part of the budget; the best 1/η of them go on
     * from there with η times as much; and so on.
     *
     * @param rounds how often budgets are given out, at least 2; the last is {@link #steps}
     * @param eta η, at least 2
     */
    public Builder halving(int rounds, int eta) {
      if (rounds < 2 || eta < 2) {
        throw new IllegalArgumentException(
            "halving: expected at least 2 rounds and to keep 1/2 or less of the trials, but got "
                + rounds
                + " rounds and 1/"
                + eta);
      }
      this.rounds = rounds;
      this.eta = eta;
      return this;
    }

    /**
     * @throws IllegalArgumentException if something is missing or does not go together
     */
    public Sweep build() {
      if (knobs.isEmpty()) {
        throw new IllegalArgumentException(
            "vary: say what is to be tried, such as vary(Knob.LEARNING_RATE, logUniform(1e-4,"
                + " 1e-2))");
      }
      List<Candidate> candidates = candidates();
      List<Round> plan = rounds(candidates.size());
      long first = plan.get(0).steps();
      StudySettings settings = settings(marks(first), first);
      if (settings.environments().size() > 1) {
        throw new IllegalArgumentException(
            "env: a sweep is of one environment but got "
                + settings.environments().size()
                + "; make one for each");
      }
      return new Sweep(
          algorithm,
          Collections.unmodifiableMap(new LinkedHashMap<>(knobs)),
          candidates,
          plan,
          settings,
          recorded(settings, candidates.size()));
    }

    private List<Candidate> candidates() {
      List<Map<Knob, String>> all = runs.isPresent() ? drawn(runs.getAsInt()) : grid();
      List<Candidate> candidates = new ArrayList<>();
      for (Map<Knob, String> values : all) {
        Preset preset = algorithm;
        for (Map.Entry<Knob, String> each : values.entrySet()) {
          preset = preset.set(each.getKey(), each.getValue());
          each.setValue(preset.value(each.getKey())); // In its usual form.
        }
        int number = candidates.size() + 1;
        candidates.add(
            new Candidate(number, Collections.unmodifiableMap(values), preset, seed + number - 1));
      }
      return candidates;
    }

    private List<Map<Knob, String>> drawn(int n) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Map<Knob, String>> all = new ArrayList<>();
      for (int i = 0; i < n; i++) {
        Map<Knob, String> values = new LinkedHashMap<>();
        knobs.forEach((knob, each) -> values.put(knob, each.draw(random)));
        all.add(values);
      }
      return all;
    }

    private List<Map<Knob, String>> grid() {
      List<Map<Knob, String>> all = List.of(new LinkedHashMap<>());
      for (Map.Entry<Knob, KnobValues> knob : knobs.entrySet()) {
        if (knob.getValue().choices().isEmpty()) {
          throw new IllegalArgumentException(
              "runs: values of "
                  + knob.getKey().label()
                  + " are drawn, "
                  + knob.getValue()
                  + ", so say how many, such as runs(50)");
        }
        List<Map<Knob, String>> longer = new ArrayList<>();
        for (Map<Knob, String> each : all) {
          for (String value : knob.getValue().choices()) {
            Map<Knob, String> with = new LinkedHashMap<>(each);
            with.put(knob.getKey(), value);
            longer.add(with);
          }
        }
        all = longer;
      }
      return all;
    }

    private List<Round> rounds(int trials) {
      long last = 1;
      for (int i = 1; i < rounds; i++) {
        last = Math.multiplyExact(last, (long) eta);
      }
      long steps = budget() / last;
      if (steps < 1) {
        throw new IllegalArgumentException(
            "halving: a budget of "
                + budget()
                + " steps is too small for "
                + rounds
                + " rounds, the first of which gets 1/"
                + last
                + " of it");
      }
      List<Round> plan = new ArrayList<>();
      int left = trials;
      long from = 0;
      for (int i = 1; i <= rounds; i++) {
        plan.add(new Round(i, left, from, i == rounds ? budget() : steps));
        from = steps;
        steps *= eta;
        left = (left + eta - 1) / eta;
      }
      return plan;
    }

    /** So that the last evaluation of each round is at its end. */
    private long marks(long first) {
      long ofFirst = Math.max(metric().fewestEvaluations(), EVALUATIONS * first / budget());
      return Math.max(1, first / ofFirst);
    }

    private Map<String, String> recorded(StudySettings settings, int trials) {
      Map<String, String> recorded = new LinkedHashMap<>(settings.named());
      recorded.put("algorithm", algorithm.name());
      recorded.put("env", settings.environments().get(0).name());
      recorded.put("seed", Long.toString(seed));
      knobs.forEach((knob, values) -> recorded.put("vary " + knob.label(), values.toString()));
      if (rounds > 1) { // Otherwise trials may be added.
        recorded.put("halving", rounds + " rounds of 1/" + eta + ", " + trials + " trials");
      }
      return recorded;
    }
  }
}
