package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.experiment.Experiment;
import dev.stampede.experiment.Run;
import dev.stampede.result.EpisodeRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** More actor-learners, and fewer, while a run over real workers goes on. */
@EnabledOnOs(OS.LINUX) // It looks at processes.
class LiveThreadsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @Test
  void threads_that_come_and_go_have_environments_of_their_own_and_leave_no_process() {
    Run run = Experiment.of().env("CartPole-v1").threads(2).steps(Long.MAX_VALUE).build().start();
    awaitEpisodesOf(run, Set.of(0, 1));

    run.threads(5);
    awaitEpisodesOf(run, Set.of(0, 1, 2, 3, 4));
    run.threads(1);
    awaitEpisodesOf(run, Set.of(0));
    int before = run.episodes().size();
    Workers.await("episodes of the last", LIMIT, () -> run.episodes().size() > before + 20);
    run.threads(3);
    awaitEpisodesOf(run, Set.of(0, 1, 2));
    run.stop();
    run.await();

    assertThat(run.failure()).isEmpty();
    assertThat(run.workerRestarts()).isZero();
    List<EpisodeRecord> last = run.episodes().subList(before + 10, before + 20);
    assertThat(last).extracting(EpisodeRecord::thread).containsOnly(0);
    Workers.await(
        "the end of every worker",
        Duration.ofSeconds(5),
        () -> ProcessHandle.current().descendants().noneMatch(p -> Workers.runs(p.pid())));
  }

  /** Waits until each of these threads has finished an episode that began after now. */
  private static void awaitEpisodesOf(Run run, Set<Integer> threads) {
    int from = run.episodes().size();
    Workers.await(
        "two more episodes of each of " + threads,
        LIMIT,
        () -> {
          List<EpisodeRecord> since = run.episodes();
          return since.subList(from, since.size()).stream()
              .collect(Collectors.groupingBy(EpisodeRecord::thread, Collectors.counting()))
              .entrySet()
              .stream()
              .filter(each -> each.getValue() >= 2)
              .map(Map.Entry::getKey)
              .collect(Collectors.toSet())
              .containsAll(threads);
        });
  }
}
