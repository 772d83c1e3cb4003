package dev.stampede.gym;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentBatch;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Environments that step together: each worker gets one call for all of its own, and all workers
 * work on theirs at the same time.
 *
 * <p>The calls do the steps ahead; the environments, with the wrappers around them, then hand them
 * out as if each had been stepped by itself. In the same way they hand out resets, which a call for
 * steps has done as well if it is known that they follow.
 */
final class GymBatch implements EnvironmentBatch {
  private static final String STEP = "stepAll";
  private static final String STEP_AND_RESET = "stepAndResetAll";
  private static final String RESET = "resetAll";

  private final List<Environment> wrapped;
  private final List<GymEnvironment> environments;
  private final List<Group> stepping;
  private final List<Group> steppingAndResetting;
  private final boolean everyResetReachesPython;

  /**
   * @param wrapped each a {@link GymEnvironment}, with wrappers around it
   */
  GymBatch(List<Environment> wrapped) {
    this.wrapped = List.copyOf(wrapped);
    this.environments = wrapped.stream().map(GymBatch::innermost).toList();
    this.stepping = grouped(environments, GymEnvironment::worker, STEP);
    this.steppingAndResetting = grouped(environments, GymEnvironment::worker, STEP_AND_RESET);
    this.everyResetReachesPython = wrapped.stream().noneMatch(GymBatch::keepsGamesGoing);
  }

  @Override
  public List<Step> step(List<Action> actions) {
    return step(actions, stepping, STEP);
  }

  @Override
  public List<Step> stepBeforeReset(List<Action> actions) {
    return step(actions, steppingAndResetting, STEP_AND_RESET);
  }

  private List<Step> step(List<Action> actions, List<Group> groups, String method) {
    if (actions.size() != environments.size()) {
      throw new IllegalArgumentException(
          "actions: expected one for each of the %d environments but got %d"
              .formatted(environments.size(), actions.size()));
    }
    for (int e = 0; e < environments.size(); e++) {
      environments.get(e).prepare(actions.get(e));
    }
    List<Group> now =
        groups.stream().allMatch(Group::inOneProcess)
            ? groups
            : grouped(environments, e -> e.slot().process(), method);
    List<Call> calls = now.stream().map(Call::ringForStep).toList();
    calls.forEach(Call::finishStep);

    List<Step> steps = new ArrayList<>(wrapped.size());
    RuntimeException failure = null;
    for (int e = 0; e < wrapped.size(); e++) {
      try {
        steps.add(wrapped.get(e).step(actions.get(e)));
      } catch (RuntimeException failed) {
        failure = failure == null ? failed : failure;
      }
    }
    if (failure != null) {
      throw failure;
    }
    return steps;
  }

  @Override
  public List<Observation> reset(List<Integer> which) {
    List<GymEnvironment> left =
        which.stream().map(environments::get).filter(e -> !e.isResetAhead()).toList();
    if (everyResetReachesPython && left.size() > 1) {
      List<GymEnvironment> some = left.stream().filter(GymEnvironment::inPlace).toList();
      List<Call> calls =
          grouped(some, e -> e.slot().process(), RESET).stream().map(Call::ringForReset).toList();
      calls.forEach(Call::finishReset);
    }
    return which.stream().map(e -> wrapped.get(e).reset()).toList();
  }

  private static GymEnvironment innermost(Environment environment) {
    Environment inner = environment;
    while (inner instanceof Wrapper wrapper) {
      inner = wrapper.inner();
    }
    if (inner instanceof GymEnvironment ours) {
      return ours;
    }
    throw new IllegalArgumentException(
        "expected environments that this factory made but got " + inner.getClass().getName());
  }

  private static boolean keepsGamesGoing(Environment environment) {
    for (Environment e = environment; e instanceof Wrapper wrapper; e = wrapper.inner()) {
      if (e instanceof EpisodicLife) {
        return true;
      }
    }
    return false;
  }

  private static List<Group> grouped(
      List<GymEnvironment> environments, Function<GymEnvironment, Object> by, String method) {
    Map<Object, List<GymEnvironment>> groups = new LinkedHashMap<>();
    environments.forEach(e -> groups.computeIfAbsent(by.apply(e), key -> new ArrayList<>()).add(e));
    return groups.values().stream()
        .map(
            members ->
                new Group(
                    members,
                    Doorbell.call(method, members.stream().mapToInt(GymEnvironment::number))))
        .toList();
  }

  /** Environments of one worker, and the call for all of them. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Group(List<GymEnvironment> members, byte[] call) {

    /** False after a worker died and only some of its environments were made anew. */
    boolean inOneProcess() {
      WorkerProcess process = process();
      for (GymEnvironment member : members) {
        if (member.slot().process() != process) {
          return false;
        }
      }
      return true;
    }

    WorkerProcess process() {
      return members.get(0).slot().process();
    }

    /** How many the worker resets, or has reset, after it has stepped all. */
    int resets() {
      return (int) members.stream().filter(member -> member.slot().showsLast()).count();
    }

    Doorbell ringForStep() throws WorkerDied {
      return process().ringForStep(call, members.size(), this::resets);
    }

    Doorbell ringForReset() throws WorkerDied {
      return process().ringForReset(call, members.size());
    }
  }

  /**
   * A call under way.
   *
   * @param bell what is waited for; none if the worker was dead
   * @param died why there is none
   */
  private record Call(Group group, Optional<Doorbell> bell, @Nullable WorkerDied died) {

    static Call ringForStep(Group group) {
      try {
        return new Call(group, Optional.of(group.ringForStep()), null);
      } catch (WorkerDied e) {
        return new Call(group, Optional.empty(), e);
      }
    }

    static Call ringForReset(Group group) {
      try {
        return new Call(group, Optional.of(group.ringForReset()), null);
      } catch (WorkerDied e) {
        return new Call(group, Optional.empty(), e);
      }
    }

    void finishStep() {
      try {
        finish(Call::stepped, GymEnvironment::stepFailed);
      } catch (WorkerDied e) {
        boolean inReset = group.resets() > 0; // All have stepped before; the next step is lost.
        Consumer<GymEnvironment> end =
            inReset ? GymEnvironment::stepped : member -> member.stepDied(e);
        group.members().forEach(end);
      }
    }

    private static void stepped(GymEnvironment member, Said said) {
      member.slot().keep(said.changed());
      member.stepped();
      if (said.resetError() != null) {
        member.resetFailed(WorkerProcess.failure(said.resetError()));
      } else if (member.slot().showsLast()) {
        member.wasReset(said.changedByReset());
      }
    }

    void finishReset() {
      try {
        finish((member, said) -> member.wasReset(said.changed()), GymEnvironment::resetFailed);
      } catch (WorkerDied e) { // Then each is reset by itself, in another process.
        group.members().get(0).worker().died(group.process(), e);
      }
    }

    /** Whatever comes of it, the calls to other workers have to be finished as well. */
    private void finish(
        BiConsumer<GymEnvironment, Said> done, BiConsumer<GymEnvironment, RuntimeException> failed)
        throws WorkerDied {
      try {
        Map<String, List<@Nullable String>> said = answer();
        for (GymEnvironment member : group.members()) {
          Said own =
              said.isEmpty() ? Said.NOTHING : Said.of(said.get(String.valueOf(member.number())));
          if (own.error() != null) {
            failed.accept(member, WorkerProcess.failure(own.error()));
          } else {
            done.accept(member, own);
          }
        }
      } catch (RuntimeException failure) {
        group.members().forEach(member -> failed.accept(member, failure));
      }
    }

    @SuppressWarnings("unchecked") // As the worker answers.
    private Map<String, List<@Nullable String>> answer() throws WorkerDied {
      if (died != null) {
        throw died;
      }
      String said = group.process().answer(bell.orElseThrow());
      return said == null ? Map.of() : Slot.read(said, Map.class);
    }
  }

  /**
   * What a worker says of one environment.
   *
   * @param changed parts of the observation that vary in size
   * @param error of the step or reset
   * @param changedByReset the same parts, by the reset after a step
   * @param resetError of that reset
   */
  private record Said(
      @Nullable String changed,
      @Nullable String error,
      @Nullable String changedByReset,
      @Nullable String resetError) {
    private static final Said NOTHING = new Said(null, null, null, null);

    static Said of(@Nullable List<@Nullable String> words) {
      if (words == null) {
        return NOTHING;
      }
      boolean reset = words.size() > 2;
      return new Said(
          words.get(0), words.get(1), reset ? words.get(2) : null, reset ? words.get(3) : null);
    }
  }
}
