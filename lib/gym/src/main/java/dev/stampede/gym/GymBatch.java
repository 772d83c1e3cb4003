package dev.stampede.gym;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentBatch;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.gym.Columns.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
  private static final Calls STEP = new Calls("stepAll", "stepBatch");
  private static final Calls STEP_AND_RESET = new Calls("stepAndResetAll", "stepAndResetBatch");
  private static final Calls RESET = new Calls("resetAll", "");

  private final List<Environment> wrapped;
  private final List<GymEnvironment> environments;
  private final List<Group> groups;
  private final boolean everyResetReachesPython;

  /**
   * @param wrapped each a {@link GymEnvironment}, with wrappers around it
   */
  GymBatch(List<Environment> wrapped) {
    this.wrapped = List.copyOf(wrapped);
    this.environments = wrapped.stream().map(GymBatch::innermost).toList();
    this.groups = grouped(environments, GymEnvironment::worker);
    this.everyResetReachesPython = wrapped.stream().noneMatch(GymBatch::keepsGamesGoing);
  }

  @Override
  public List<Step> step(List<Action> actions) {
    return step(actions, STEP);
  }

  @Override
  public List<Step> stepBeforeReset(List<Action> actions) {
    return step(actions, STEP_AND_RESET);
  }

  private List<Step> step(List<Action> actions, Calls how) {
    if (actions.size() != environments.size()) {
      throw new IllegalArgumentException(
          "actions: expected one for each of the %d environments but got %d"
              .formatted(environments.size(), actions.size()));
    }
    List<Group> now =
        areWhole() ? groups : grouped(environments, environment -> environment.slot().process());
    List<Call> calls = new ArrayList<>(now.size());
    now.forEach(group -> group.prepare(actions)); // None has stepped if an action is refused.
    now.forEach(group -> calls.add(Call.ringForStep(group, how)));
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

  /** False after a worker died and only some of its environments were made anew. */
  private boolean areWhole() {
    boolean whole = true;
    for (Group group : groups) {
      whole &= group.isWhole();
    }
    return whole;
  }

  @Override
  public List<Observation> reset(List<Integer> which) {
    List<GymEnvironment> left =
        which.stream().map(environments::get).filter(e -> !e.isResetAhead()).toList();
    if (everyResetReachesPython && left.size() > 1) {
      List<GymEnvironment> some = left.stream().filter(GymEnvironment::inPlace).toList();
      List<Call> calls =
          grouped(some, e -> e.slot().process()).stream().map(Call::ringForReset).toList();
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
      List<GymEnvironment> environments, Function<GymEnvironment, Object> by) {
    Map<Object, List<Integer>> groups = new LinkedHashMap<>();
    for (int e = 0; e < environments.size(); e++) {
      groups.computeIfAbsent(by.apply(environments.get(e)), key -> new ArrayList<>()).add(e);
    }
    return groups.values().stream().map(places -> new Group(environments, places)).toList();
  }

  /**
   * What the worker is called for, in Python.
   *
   * @param inColumns the same for environments that step in {@link Columns}
   */
  private record Calls(String alone, String inColumns) {}

  /** Environments of one worker. */
  private static final class Group {
    private final int[] indices;
    private final List<GymEnvironment> members;
    private final String numbers;
    private final Map<String, byte[]> calls = new HashMap<>();
    private List<Slot> slots = List.of();
    private Optional<Columns> columns = Optional.empty();

    Group(List<GymEnvironment> all, List<Integer> indices) {
      this.indices = indices.stream().mapToInt(Integer::intValue).toArray();
      this.members = indices.stream().map(all::get).toList();
      this.numbers = Doorbell.numbers(members.stream().mapToInt(GymEnvironment::number));
    }

    /** Whether all are in one process; if so, they step in columns from now on where they can. */
    boolean isWhole() {
      if (hasItsSlots()) {
        return true;
      }
      slots = List.of();
      columns = Optional.empty();
      calls.clear();
      if (members.stream().anyMatch(member -> member.slot().process() != process())) {
        return false;
      }
      List<Slot> found = members.stream().map(GymEnvironment::slot).toList();
      try {
        columns = Slot.columns(found, numbers);
        slots = found;
      } catch (WorkerDied e) {
        // The call for the step will find that out as well.
      }
      return true;
    }

    private boolean hasItsSlots() {
      for (int i = 0; i < slots.size(); i++) {
        if (slots.get(i) != members.get(i).slot()) {
          return false;
        }
      }
      return !slots.isEmpty();
    }

    List<GymEnvironment> members() {
      return members;
    }

    @Nullable Place place(int i) {
      return columns.isPresent() ? columns.get().place(i) : null;
    }

    void prepare(List<Action> actions) {
      for (int i = 0; i < indices.length; i++) {
        members.get(i).prepare(actions.get(indices[i]), place(i));
      }
    }

    Worker worker() {
      return members.get(0).worker();
    }

    WorkerProcess process() {
      return members.get(0).slot().process();
    }

    /** How many the worker resets, or has reset, after it has stepped all. */
    int resets() {
      return resets(columns);
    }

    /** For any thread. */
    private int resets(Optional<Columns> inColumns) {
      return inColumns.isPresent()
          ? inColumns.get().begun()
          : (int) members.stream().filter(member -> member.slot().hasPutAside()).count();
    }

    Doorbell ringForStep(Calls how) throws WorkerDied {
      Optional<Columns> now = columns; // Another thread asks for the resets, perhaps late.
      byte[] call =
          now.isPresent() ? call(how.inColumns(), now.get().name()) : call(how.alone(), numbers);
      return process().ringForStep(call, members.size(), () -> resets(now));
    }

    Doorbell ringForReset() throws WorkerDied {
      return process().ringForReset(call(RESET.alone(), numbers), members.size());
    }

    private byte[] call(String method, String argument) {
      return calls.computeIfAbsent(method, m -> Doorbell.call(m, argument));
    }
  }

  /**
   * A call under way.
   *
   * @param bell what is waited for; none if the worker was dead
   * @param died why there is none
   */
  private record Call(Group group, Optional<Doorbell> bell, @Nullable WorkerDied died) {

    static Call ringForStep(Group group, Calls how) {
      try {
        return new Call(group, Optional.of(group.ringForStep(how)), null);
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
        group.worker().stepped(finish(this::stepped, this::stepFailed));
      } catch (WorkerDied e) {
        boolean inReset = group.resets() > 0; // All have stepped before; the next step is lost.
        group.worker().stepped(inReset ? group.members().size() : 0);
        for (int i = 0; i < group.members().size(); i++) {
          if (inReset) {
            group.members().get(i).stepped(group.place(i));
          } else {
            group.members().get(i).stepDied(e);
          }
        }
      }
    }

    private void stepped(int i, Said said) {
      GymEnvironment member = group.members().get(i);
      member.slot().keep(said.changed());
      member.stepped(group.place(i));
      if (said.resetError() != null) {
        member.resetFailed(WorkerProcess.failure(said.resetError()));
      } else if (member.slot().showsLast()) {
        member.wasReset(said.changedByReset());
      }
    }

    private void stepFailed(int i, RuntimeException failure) {
      Place place = group.place(i);
      if (place != null) {
        place.over(); // Should the worker have gone on.
      }
      group.members().get(i).stepFailed(failure);
    }

    void finishReset() {
      try {
        finish(
            (i, said) -> group.members().get(i).wasReset(said.changed()),
            (i, failure) -> group.members().get(i).resetFailed(failure));
      } catch (WorkerDied e) { // Then each is reset by itself, in another process.
        group.worker().died(group.process(), e);
      }
    }

    /**
     * Whatever comes of it, the calls to other workers have to be finished as well.
     *
     * @return how many are done
     */
    private int finish(For<Said> done, For<RuntimeException> failed) throws WorkerDied {
      List<GymEnvironment> members = group.members();
      int well = 0;
      try {
        Map<String, List<@Nullable String>> said = answer();
        for (int i = 0; i < members.size(); i++) {
          Said own =
              said.isEmpty()
                  ? Said.NOTHING
                  : Said.of(said.get(String.valueOf(members.get(i).number())));
          if (own.error() != null) {
            failed.accept(i, WorkerProcess.failure(own.error()));
          } else {
            done.accept(i, own);
            well++;
          }
        }
      } catch (RuntimeException failure) {
        for (int i = 0; i < members.size(); i++) {
          failed.accept(i, failure);
        }
      }
      return well;
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

  /** What is done with what came of a member of a group, given by its place there. */
  private interface For<T> {
    void accept(int i, T what);
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
