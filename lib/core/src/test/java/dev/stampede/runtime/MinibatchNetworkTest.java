package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.Parameters;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same minibatch computed in one part and in several. */
class MinibatchNetworkTest {
  private static final int OUTPUTS = 3;
  private static final Space.Box BOX = Space.Box.floats(4);
  private static final Network NETWORK =
      new Network(Networks.mlp(BOX, OUTPUTS, Nonlinearity.TANH, 8), BOX, false);

  /** A few rows and all rows are added up in another order. */
  private static final Offset<Float> ROUNDING = offset(1e-5f);

  private final SplittableRandom random = new SplittableRandom(3);
  private final Parameters theta = new Parameters(NETWORK.size());
  private final List<AutoCloseable> open = new ArrayList<>();

  @BeforeEach
  void fillTheta() {
    float[] values = new float[NETWORK.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    theta.set(values);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("parts-"));
  }

  private MinibatchNetwork network(int transitions, int parts) {
    Threads threads = new Threads("parts", parts - 1);
    MinibatchNetwork made =
        MinibatchNetwork.of(
            NETWORK, transitions, parts, threads, states -> NETWORK.onShared(theta, states));
    open.add(made);
    open.add(threads);
    return made;
  }

  private static void fill(MinibatchNetwork network, int transitions) {
    SplittableRandom same = new SplittableRandom(5);
    for (int j = 0; j < transitions; j++) {
      network.put(j, numbers(same), numbers(same));
    }
  }

  private static Observation numbers(SplittableRandom random) {
    return Observation.of((float) random.nextDouble(), (float) random.nextDouble(), 1f, -1f);
  }

  /** What a loss saw, and the gradient it led to. */
  private record Pass(float[] out, float[] gradient) {}

  private static Pass backward(MinibatchNetwork network, int transitions) {
    float[][] seen = new float[2][];
    network.backward(
        (out, dOut) -> {
          seen[0] = out.clone();
          for (int i = 0; i < transitions * OUTPUTS; i++) {
            dOut[i] = out[i] - i; // Other rows, other gradients.
          }
          return 0;
        },
        dTheta -> seen[1] = dTheta.toArray());
    return new Pass(seen[0], seen[1]);
  }

  @ParameterizedTest(name = "{0} transitions in {1} parts")
  @CsvSource({"32, 2", "33, 2", "37, 4", "8, 8", "512, 5"})
  void parts_give_what_the_whole_gives(int transitions, int parts) {
    MinibatchNetwork whole = network(transitions, 1);
    MinibatchNetwork inParts = network(transitions, parts);
    fill(whole, transitions);
    fill(inParts, transitions);

    for (int again = 0; again < 3; again++) {
      assertThat(inParts.next()).containsExactly(whole.next(), ROUNDING);
      Pass expected = backward(whole, transitions);
      Pass got = backward(inParts, transitions);
      assertThat(got.out()).containsExactly(expected.out(), ROUNDING);
      for (int i = 0; i < expected.gradient().length; i++) {
        float scale = Math.max(1, Math.abs(expected.gradient()[i]));
        assertThat(got.gradient()[i] / scale)
            .isCloseTo(expected.gradient()[i] / scale, offset(1e-4f));
      }
    }
  }

  @Test
  void the_same_minibatch_gives_the_same_bits_however_threads_are_scheduled() {
    MinibatchNetwork network = network(64, 4);
    fill(network, 64);
    Pass first = backward(network, 64);

    for (int i = 0; i < 200; i++) {
      assertThat(backward(network, 64).gradient()).isEqualTo(first.gradient());
    }
  }

  @Test
  void a_target_sees_the_same_transitions_with_parameters_of_its_own() {
    MinibatchNetwork network = network(32, 2);
    MinibatchNetwork target = network.twin();
    open.add(0, target);
    for (LocalNetwork each : target.networks()) {
      each.sync(theta);
    }
    fill(network, 32);
    float[] before = target.next().clone();
    assertThat(before).containsExactly(network.next(), ROUNDING);

    theta.set(new float[NETWORK.size()]);

    assertThat(target.next()).isEqualTo(before);
    assertThat(network.next()).containsOnly(0f);
  }

  @ParameterizedTest(name = "{0} parts")
  @ValueSource(ints = {1, 2, 4})
  void a_failing_loss_reaches_the_caller_and_the_next_pass_works(int parts) {
    MinibatchNetwork network = network(32, parts);
    fill(network, 32);
    Pass before = backward(network, 32);

    assertThatThrownBy(
            () ->
                network.backward(
                    (out, dOut) -> {
                      throw new ArithmeticException("no such loss");
                    },
                    dTheta -> {}))
        .isInstanceOf(ArithmeticException.class)
        .hasMessage("no such loss");
    assertThat(backward(network, 32).gradient()).isEqualTo(before.gradient());
  }

  @ParameterizedTest(name = "{0} parts")
  @ValueSource(ints = {1, 2, 4})
  void an_error_waits_for_all_parts_too(int parts) {
    MinibatchNetwork network = network(32, parts);
    fill(network, 32);
    Pass before = backward(network, 32);

    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(
              () ->
                  network.backward(
                      (out, dOut) -> 0,
                      dTheta -> {
                        throw new OutOfMemoryError("no room for an update");
                      }))
          .isInstanceOf(OutOfMemoryError.class)
          .hasMessage("no room for an update");
    }
    assertThat(backward(network, 32).gradient()).isEqualTo(before.gradient());
  }

  @Test
  void the_loss_and_the_gradient_belong_to_the_calling_thread() {
    MinibatchNetwork network = network(64, 4);
    fill(network, 64);
    AtomicInteger here = new AtomicInteger();
    Thread caller = Thread.currentThread();

    network.backward(
        (out, dOut) -> caller == Thread.currentThread() ? here.incrementAndGet() : 0,
        dTheta -> here.addAndGet(caller == Thread.currentThread() ? 10 : 0));

    assertThat(here).hasValue(11);
  }

  @Test
  void an_interrupt_does_not_cut_a_pass_short_and_stays() {
    MinibatchNetwork network = network(64, 4);
    fill(network, 64);
    Pass before = backward(network, 64);

    Thread.currentThread().interrupt();
    Pass interrupted = backward(network, 64);

    assertThat(Thread.interrupted()).isTrue();
    assertThat(interrupted.gradient()).isEqualTo(before.gradient());
  }

  @Test
  void small_minibatches_and_networks_that_are_computed_at_once_are_not_cut() {
    Space.Box picture = Space.Box.bytes(4, 84, 84);
    Network conv = new Network(Networks.smallConv(OUTPUTS), picture);
    Network wide = new Network(Networks.mlp(BOX, OUTPUTS, Nonlinearity.RELU, 400, 300), BOX, false);
    Network fused = new Network(Networks.mlp(BOX, OUTPUTS, Nonlinearity.TANH, 8), BOX);

    assertThat(MinibatchNetwork.parts(conv, 512, 12)).isEqualTo(12);
    assertThat(MinibatchNetwork.parts(conv, 32, 12)).isEqualTo(4);
    assertThat(MinibatchNetwork.parts(conv, 4, 12)).isEqualTo(1);
    assertThat(MinibatchNetwork.parts(conv, 512, 0)).isEqualTo(1);
    assertThat(MinibatchNetwork.parts(wide, 64, 12)).isEqualTo(1);
    assertThat(MinibatchNetwork.parts(wide, 512, 12)).isEqualTo(3);
    assertThat(MinibatchNetwork.parts(fused, 1 << 20, 12)).isEqualTo(1);
  }
}
