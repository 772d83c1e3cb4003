package dev.stampede.experiment;

import static dev.stampede.env.EnvironmentFactory.Purpose.TRAINING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.stampede.diagnosis.Chart;
import dev.stampede.diagnosis.Play;
import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.EnvironmentFactory;
import dev.stampede.env.Environments;
import dev.stampede.env.EpisodeStatistics;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import dev.stampede.nn.HiddenLayer;
import dev.stampede.result.EpisodeRecord;
import dev.stampede.result.LearningRecord;
import dev.stampede.result.RunDirectory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Collects what a run shows, and plays by its policy to see what its network and rewards do. */
final class Checkup {
  private static final String OWN =
      "its environment is a class of the user's own, which files cannot hold";

  /** A game of Breakout that is played badly takes some 200. */
  private static final int STEPS = 2_000;

  /** Every so many steps a state is kept: neighbours are nearly the same. */
  private static final int BETWEEN_STATES = 8;

  /** For environments that are slow. */
  private static final long LONGEST_NANOS = 5_000_000_000L;

  private static final long SEED = 7;

  private Checkup() {}

  /**
   * Of a run in this process.
   *
   * @param player by what it has learned so far; empty if there is nothing yet
   */
  static Chart of(Run run, Optional<PolicyPlayer> player, Consumer<String> messages) {
    JsonNode record = new ObjectMapper().valueToTree(run.record());
    Experiment experiment = run.experiment();
    boolean own = experiment.env().equals(Experiment.OWN_ENVIRONMENT);
    return chart(
        record,
        run.learning(),
        run.episodes(),
        () -> {
          PolicyPlayer present =
              player.orElseThrow(() -> new IllegalStateException("the run has no parameters yet"));
          if (own) { // The run may use it yet.
            return play(present, experiment.openEnvironments(messages).create(TRAINING));
          }
          try (EnvironmentFactory opened = Environments.open(experiment.env(), 1, messages)) {
            return play(present, opened.create(TRAINING));
          }
        });
  }

  /**
   * Of a run's folder.
   *
   * @throws IllegalArgumentException if it is none
   */
  static Chart of(Path directory, Consumer<String> messages) {
    JsonNode record = RunDirectory.read(directory);
    return chart(
        record,
        RunDirectory.readLearning(directory),
        RunDirectory.readEpisodes(directory),
        () -> {
          if (record.at("/experiment/env").asText().equals(Experiment.OWN_ENVIRONMENT)) {
            throw new IllegalArgumentException(OWN);
          }
          return TrainedPolicy.of(directory).checkup(messages);
        });
  }

  /** What cannot be played is no reason to say nothing. */
  private static Chart chart(
      JsonNode run,
      List<LearningRecord> learning,
      List<EpisodeRecord> episodes,
      Supplier<Play> play) {
    try {
      return new Chart(run, learning, episodes, Optional.of(play.get()), "");
    } catch (RuntimeException e) {
      String cause = e.getMessage() == null ? e.toString() : e.getMessage();
      String reason = "nothing was played: " + cause;
      return new Chart(run, learning, episodes, Optional.empty(), reason);
    }
  }

  /**
   * Plays, and closes the environment.
   *
   * @param training made as for training
   */
  static Play play(PolicyPlayer player, Environment training) {
    Watched watched = new Watched(EpisodeStatistics.around(training));
    int choices = training.actionSpace() instanceof Space.Discrete d ? d.n() : 0;
    long end = System.nanoTime() + LONGEST_NANOS;
    player.play(
        watched,
        Integer.MAX_VALUE,
        SEED,
        false,
        () -> watched.steps < STEPS && System.nanoTime() < end);
    List<Observation> seen =
        watched.states.stream()
            .map(s -> player.observations().map(moments -> moments.normalized(s)).orElse(s))
            .toList();
    return new Play(
        watched.steps,
        watched.games,
        watched.score,
        watched.unseen,
        choices,
        HiddenLayer.of(player.network(), player.theta(), seen));
  }

  /** Keeps some states, and compares what is learned from with the score. */
  private static final class Watched extends Wrapper {
    private final List<Observation> states = new ArrayList<>();
    private long steps;
    private int games;
    private double score;
    private double unseen;
    private double learned;

    Watched(Environment inner) {
      super(inner);
    }

    @Override
    public Step step(Action action) {
      Step step = super.step(action);
      if (steps++ % BETWEEN_STATES == 0) {
        states.add(copy(step.observation()));
      }
      learned = step.ending() == Step.Ending.LOST ? 0 : learned + step.reward();
      step.episode().ifPresent(episode -> end(episode.score()));
      return step;
    }

    private void end(double ofGame) {
      games++;
      score += Math.abs(ofGame);
      unseen += Math.abs(ofGame - learned);
      learned = 0;
    }

    private static Observation copy(Observation observation) {
      ByteBuffer copy = ByteBuffer.allocate(observation.bytes());
      observation.copyTo(copy);
      return Observation.of(copy.flip());
    }
  }
}
