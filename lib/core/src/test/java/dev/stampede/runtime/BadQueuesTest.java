package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.algorithm.Algorithm;
import dev.stampede.algorithm.ApexDPG;
import dev.stampede.algorithm.ApexDQN;
import dev.stampede.algorithm.MemoryUse;
import dev.stampede.algorithm.ReplayAlgorithm.Pace;
import dev.stampede.env.EnvironmentFactory.Purpose;
import dev.stampede.env.Space;
import dev.stampede.env.classic.Corridor;
import dev.stampede.env.classic.Corridor.Ending;
import dev.stampede.env.classic.Corridor.Moves;
import dev.stampede.nn.CriticNetwork;
import dev.stampede.nn.Initialization;
import dev.stampede.nn.Network;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.OptimizerKind;
import dev.stampede.nn.ParameterVersion;
import dev.stampede.nn.ReceivedParameters;
import dev.stampede.result.EvaluationRecord;
import dev.stampede.runtime.BadQueue.Faults;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Ape-X whose actors reach their learner by nothing but bytes in queues that lose, double, delay,
 * reorder and damage them.
 */
@Timeout(60)
class BadQueuesTest {
  private static final int ACTORS = 3;
  private static final double OPTIMUM = 0.8;

  @Test
  void ape_x_dqn_learns_the_corridor_and_nobody_goes_back_to_older_parameters() throws Exception {
    learns(dqn(20_000));
  }

  @Test
  void ape_x_dpg_learns_the_corridor_with_its_critic_of_the_same_version() throws Exception {
    learns(dpg(12_000));
  }

  private static void learns(Plan plan) throws Exception {
    BadQueue toLearner = queue(1);
    BadQueue toActors = queue(2);
    BadQueue toMemory = queue(3);
    Training training = new Training(plan, plan.environments().create(Purpose.TRAINING));
    QueuesLink link = run(training, plan, toLearner, toActors, toMemory);

    assertThat(training.failure()).isEmpty();
    assertThat(link.broken).isEmpty();
    assertThat(link.hasEnded()).as("all ends of the queues").isTrue();
    assertThat(training.steps()).isGreaterThanOrEqualTo(plan.steps());
    assertThat(bestOfTheLast(3, training.evaluations())).isGreaterThanOrEqualTo(0.95 * OPTIMUM);
    assertThat(link.taken).hasSize(ACTORS);
    for (List<ParameterVersion> ofActor : link.taken) {
      assertThat(ofActor).hasSizeGreaterThan(3).doesNotHaveDuplicates().isSorted();
    }
    for (BadQueue queue : List.of(toLearner, toActors, toMemory)) {
      assertThat(queue.lost()).isPositive();
      assertThat(queue.doubled()).isPositive();
      assertThat(queue.overtaken()).isPositive();
      assertThat(queue.damaged()).isPositive();
    }
    assertThat(link.outdated).as("parameters that came too late").hasPositiveValue();
    assertThat(link.copies).as("copies of transitions").hasPositiveValue();
    assertThat(link.addedTwice).hasValue(0);
    assertThat(link.acted).as("with what was pulled").hasValue(link.added.size());
    assertThat(link.prioritized.get())
        .as("minibatches whose priorities came back")
        .isGreaterThan(training.updates() / 2);
    assertThat(link.addedTransitions.get()).isBetween(plan.steps() / 2, plan.steps());
    assertThat(link.refused)
        .isNotEmpty()
        .allSatisfy(
            e -> assertThat(e).hasMessageMatching("(?s).*(damaged|same version|neither).*"));
  }

  private static QueuesLink run(
      Training training, Plan plan, BadQueue toLearner, BadQueue toActors, BadQueue toMemory)
      throws Exception {
    try (training) {
      return run(training, plan, toLearner, toActors, toMemory, received(plan));
    }
  }

  private static QueuesLink run(
      Training training,
      Plan plan,
      BadQueue toLearner,
      BadQueue toActors,
      BadQueue toMemory,
      ReceivedParameters received)
      throws Exception {
    int theta = plan.network().size();
    try (QueuesLink link =
        new QueuesLink(
            training::running, toLearner, toActors, toMemory, theta, phi(plan), received)) {
      training.connect(link);
      link.start();
      training.run();
      return link;
    }
  }

  private static ReceivedParameters received(Plan plan) {
    return new ReceivedParameters(plan.network().size(), phi(plan));
  }

  private static int phi(Plan plan) {
    return plan.critic().map(each -> each.network().network().size()).orElse(0);
  }

  private static double bestOfTheLast(int n, List<EvaluationRecord> evaluations) {
    assertThat(evaluations).hasSizeGreaterThanOrEqualTo(n);
    return evaluations.subList(evaluations.size() - n, evaluations.size()).stream()
        .mapToDouble(EvaluationRecord::mean)
        .max()
        .orElseThrow();
  }

  @Test
  void a_learner_that_goes_on_from_a_checkpoint_is_followed_though_it_counts_anew()
      throws Exception {
    Plan first = dqn(4_000);
    ReceivedParameters received = received(first);
    Checkpoint checkpoint;
    ParameterVersion last;
    try (Training training = new Training(first, first.environments().create(Purpose.TRAINING))) {
      QueuesLink link = run(training, first, queue(1), queue(2), queue(3), received);
      assertThat(training.failure()).isEmpty();
      assertThat(link.hasEnded()).isTrue();
      checkpoint = training.checkpoint(Map.of()).orElseThrow();
      last = received.newerThan(ParameterVersion.NONE, newest -> {});
    }
    Plan second = dqn(6_000);

    try (Training training = new Training(second, second.environments().create(Purpose.TRAINING))) {
      training.restore(checkpoint, List.of());
      QueuesLink link = run(training, second, queue(4), queue(5), queue(6), received);

      assertThat(training.failure()).isEmpty();
      for (List<ParameterVersion> ofActor : link.taken) {
        ParameterVersion newest = ofActor.get(ofActor.size() - 1);
        assertThat(ofActor).isSorted();
        assertThat(newest.epoch()).isGreaterThan(last.epoch());
        assertThat(newest.counter()).as("below what was known").isLessThan(last.counter());
      }
    }
  }

  private static BadQueue queue(long seed) {
    return new BadQueue(seed, Faults.MANY, 16);
  }

  @Test
  void a_run_whose_messages_are_all_lost_ends_when_it_is_stopped() throws Exception {
    Plan plan = dqn(1_000_000_000);
    BadQueue toLearner = new BadQueue(1, Faults.ALL_LOST, 16);
    BadQueue toActors = new BadQueue(2, Faults.ALL_LOST, 16);
    Training training = new Training(plan, plan.environments().create(Purpose.TRAINING));
    Thread stops =
        new Thread(
            () -> {
              while (toLearner.sent() < 100) {
                Thread.onSpinWait();
              }
              training.stop();
            });
    stops.start();

    QueuesLink link = run(training, plan, toLearner, toActors, queue(3));

    stops.join();
    assertThat(training.failure()).isEmpty();
    assertThat(link.hasEnded()).isTrue();
    assertThat(training.updates()).isZero();
    assertThat(link.taken).allSatisfy(ofActor -> assertThat(ofActor).isEmpty());
  }

  private static Plan dqn(long steps) {
    MemoryUse memory = new MemoryUse(5_000, 500, 3, 0.99, OptionalDouble.of(0.6), 16);
    ApexDQN algorithm =
        new ApexDQN(memory, new Pace(16), 0.4, 7, 10, 50, 0.4, 100, 100, true, true, false);
    Corridor corridor = new Corridor(Ending.TERMINATED, Moves.DISCRETE);
    Space.Box observations = (Space.Box) corridor.observationSpace();
    int outputs = algorithm.outputs(corridor.actionSpace());
    Network network =
        new Network(Networks.mlp(observations, outputs, Nonlinearity.RELU, 32), observations, true);
    return plan(
        algorithm, network, Initialization.TORCH, Moves.DISCRETE, steps, 1, Optional.empty());
  }

  private static Plan dpg(long steps) {
    MemoryUse memory = new MemoryUse(5_000, 200, 1, 0.99, OptionalDouble.of(0.6), 16);
    ApexDPG algorithm = new ApexDPG(memory, new Pace(16), 0.3, 10, 50, 0.4, 1, 100, 100);
    Corridor corridor = new Corridor(Ending.TERMINATED, Moves.CONTINUOUS);
    Space.Box observations = (Space.Box) corridor.observationSpace();
    Network network =
        new Network(Networks.mlp(observations, 1, Nonlinearity.RELU, 16, 16), observations, true);
    CriticNetwork critic =
        new CriticNetwork(
            Networks.critic(observations, 1, Nonlinearity.RELU, 16, 16), observations, 1, true);
    return plan(
        algorithm,
        network,
        Initialization.DDPG,
        Moves.CONTINUOUS,
        steps,
        0.1,
        Optional.of(new CriticPlan(critic, 1e-3, 0)));
  }

  private static Plan plan(
      Algorithm algorithm,
      Network network,
      Initialization initialization,
      Moves moves,
      long steps,
      double rewardScale,
      Optional<CriticPlan> critic) {
    return new Plan(
        algorithm,
        network,
        Map.of(),
        initialization,
        purpose -> new Corridor(Ending.TERMINATED, moves),
        ACTORS,
        steps,
        1,
        rewardScale,
        1e-3,
        OptionalLong.empty(),
        LearningRateSchedule.LINEAR,
        Reduction.MEAN,
        OptimizerKind.SHARED_ADAM,
        0.95,
        1e-5,
        10,
        OptionalDouble.empty(),
        OptionalLong.of(steps / 10),
        1,
        true,
        Normalization.NONE,
        false,
        critic);
  }
}
