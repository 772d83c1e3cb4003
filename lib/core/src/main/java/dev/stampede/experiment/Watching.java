package dev.stampede.experiment;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.Outlook;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Saliency;
import dev.stampede.record.Heat;
import dev.stampede.record.Recording;
import dev.stampede.record.WatchVideo;
import dev.stampede.record.Watched;
import dev.stampede.runtime.Onlooker;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Films what a policy does, with what its network says of each state. For one thread. */
final class Watching implements Onlooker, AutoCloseable {
  private final Algorithm algorithm;
  private final Network network;
  private final Space actions;
  private final LearnedReward rewards;
  private final boolean greedy;
  private final boolean saliency;
  private final WatchVideo video;
  private final Map<String, List<Double>> table = new LinkedHashMap<>();
  private @Nullable Outlook before;
  private @Nullable Action taken;
  private @Nullable Step step;

  /**
   * @param environment what is played
   */
  Watching(
      PolicyPlayer player,
      Environment environment,
      LearnedReward rewards,
      boolean greedy,
      boolean saliency,
      Path file,
      Consumer<String> messages) {
    this.algorithm = player.algorithm();
    this.network = player.network();
    this.actions = environment.actionSpace();
    this.rewards = rewards;
    this.greedy = greedy;
    this.saliency = saliency;
    this.video = WatchVideo.to(file, environment, layout(), messages);
  }

  private WatchVideo.Layout layout() {
    int n = actions instanceof Space.Discrete discrete ? discrete.n() : actions.size();
    String chosen = greedy ? "GREEDY" : "SAMPLED";
    WatchVideo.Layout layout = new WatchVideo.Layout();
    switch (kind()) {
      case PROBABILITIES -> layout.lines("VALUE", 1).shares("POLICY - " + chosen, n);
      case NORMAL -> layout.lines("VALUE", 1).bands("POLICY - " + chosen, n);
      case ACTION_VALUES -> layout.lines("MAX Q", 1).lines("Q - " + chosen, n);
      case NUMBERS -> {
        return layout.lines("ACTION", n);
      }
    }
    return rewards.normalized() ? layout : layout.lines("TD RESIDUAL", 1);
  }

  private Outlook.Kind kind() {
    return algorithm.outlook(actions, new float[network.outputs()]).kind();
  }

  @Override
  public void starts() {
    before = null;
    step = null;
    video.reset();
  }

  @Override
  public void sees(LocalNetwork local, float[] out) {
    Outlook now = algorithm.outlook(actions, out);
    show(now, local);
    before = now;
  }

  @Override
  public void steps(Action a, Step made) {
    taken = a;
    step = made;
    video.step(made);
  }

  @Override
  public void ends(LocalNetwork local) {
    show(algorithm.outlook(actions, local.forward(0)), local);
  }

  private void show(Outlook now, LocalNetwork local) {
    OptionalDouble residual = residual(now);
    double[] policy =
        Stream.concat(now.numbers().stream(), now.spread().stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    List<double[]> strips = new ArrayList<>(List.of(policy));
    boolean valued = now.kind() != Outlook.Kind.NUMBERS;
    if (valued) {
      strips.add(0, new double[] {now.value()});
    }
    if (valued && !rewards.normalized()) {
      strips.add(residual.stream().toArray());
    }
    video.show(strips, saliency ? Optional.of(heat(local)) : Optional.empty());
    note(now, residual);
  }

  /** Of the step that led here; a terminal state is worth nothing. */
  private OptionalDouble residual(Outlook now) {
    Outlook earlier = before;
    Step made = step;
    Action a = taken;
    if (earlier == null || made == null || a == null) {
      return OptionalDouble.empty();
    }
    double next = made.terminated() ? 0 : now.value();
    return rewards.residual(made.reward(), next, earlier.valueOf(a));
  }

  private Heat heat(LocalNetwork local) {
    Saliency seen =
        Saliency.of(
            local,
            0,
            network.observations(),
            (out, dOut) -> {
              algorithm.valueGradient(actions, out, dOut);
              return 0;
            });
    return new Heat(seen.width(), seen.height(), seen.values());
  }

  private void note(Outlook now, OptionalDouble residual) {
    Step made = step;
    put("episode", made == null ? video.episode() + 1 : video.episode());
    put("step", video.step());
    put("reward", made == null ? Double.NaN : made.reward());
    put("value", now.value());
    put("residual", residual.orElse(Double.NaN));
    for (int k = 0; k < now.numbers().size(); k++) {
      put(name(now.kind()) + k, now.numbers().get(k));
    }
    for (int k = 0; k < now.spread().size(); k++) {
      put("sigma" + k, now.spread().get(k));
    }
  }

  private static String name(Outlook.Kind kind) {
    return switch (kind) {
      case PROBABILITIES -> "pi";
      case NORMAL -> "mu";
      case ACTION_VALUES -> "q";
      case NUMBERS -> "a";
    };
  }

  private void put(String column, double value) {
    table.computeIfAbsent(column, c -> new ArrayList<>()).add(value);
  }

  /** Steps of all episodes so far. */
  long steps() {
    return video.steps();
  }

  /**
   * Completes the file.
   *
   * @param environment its name
   * @param policyStep agent steps of the run when its policy was as it is
   */
  Watched finish(String environment, long policyStep) {
    Recording recording = video.finish(environment);
    return new Watched(
        recording,
        policyStep,
        greedy ? chosen() : "drawn from the policy",
        Collections.unmodifiableMap(table));
  }

  private String chosen() {
    return switch (kind()) {
      case PROBABILITIES, NORMAL -> "the most probable";
      case ACTION_VALUES -> "the most valuable";
      case NUMBERS -> "the policy's own";
    };
  }

  @Override
  public void close() {
    video.close();
  }
}
