package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.nn.ActorParameters;
import dev.stampede.nn.ParameterVersion;
import org.junit.jupiter.api.Test;

class SharedParametersTest {
  private static final long EPOCH = 1_000;

  private final ActorParameters parameters = ActorParameters.zeros(1, 1);
  private final SharedParameters shared = new SharedParameters(parameters, EPOCH);

  @Test
  void each_change_of_either_network_is_a_version_that_shows_both() {
    assertThat(newerThan(ParameterVersion.NONE)).isEqualTo(new ParameterVersion(EPOCH, 0));

    shared.change(() -> parameters.phi().orElseThrow().set(new float[] {3}));
    shared.change(() -> parameters.theta().set(new float[] {2}));

    float[] seen = new float[2];
    ParameterVersion version =
        shared.newerThan(
            new ParameterVersion(EPOCH, 1),
            newest -> {
              seen[0] = newest.theta().toArray()[0];
              seen[1] = newest.phi().orElseThrow().toArray()[0];
            });
    assertThat(version).isEqualTo(new ParameterVersion(EPOCH, 2));
    assertThat(seen).containsExactly(2, 3);
  }

  @Test
  void who_knows_the_newest_or_later_ones_is_shown_nothing() {
    for (long counter : new long[] {0, 7}) {
      ParameterVersion known = new ParameterVersion(EPOCH, counter);

      assertThat(
              shared.newerThan(
                  known,
                  newest -> {
                    throw new AssertionError("nothing is newer");
                  }))
          .isEqualTo(known);
    }
  }

  @Test
  void a_learner_that_goes_on_from_a_checkpoint_is_later_than_all_it_made_before() {
    ParameterVersion before = new ParameterVersion(EPOCH - 1, 1_000_000);
    assertThat(newerThan(before)).isEqualTo(new ParameterVersion(EPOCH, 0));

    shared.startAfter(EPOCH - 1);
    assertThat(shared.epoch()).as("by the clock").isEqualTo(EPOCH);
    shared.startAfter(EPOCH + 50);
    assertThat(shared.epoch()).as("by a clock that was put back").isEqualTo(EPOCH + 51);
  }

  private ParameterVersion newerThan(ParameterVersion known) {
    return shared.newerThan(known, newest -> {});
  }
}
