package dev.stampede.gym;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Observation;
import dev.stampede.env.Step;
import dev.stampede.env.Wrapper;
import java.util.Optional;
import java.util.function.IntSupplier;

/**
 * Ends an episode, for learning, with each life lost, as Mnih et al. (2015) do. The game itself
 * goes on: the reset that follows a lost life does nothing but show the same screen again.
 */
final class EpisodicLife extends Wrapper {
  private final IntSupplier livesOfGame;
  private int lives;
  private Optional<Observation> continuing = Optional.empty();

  /**
   * @param livesOfGame how many lives are left now
   */
  EpisodicLife(Environment inner, IntSupplier livesOfGame) {
    super(inner);
    this.livesOfGame = livesOfGame;
  }

  @Override
  public Observation reset(long seed) {
    return started(super.reset(seed));
  }

  @Override
  public Observation reset() {
    return started(continuing.orElseGet(super::reset));
  }

  @Override
  public Step step(Action action) {
    if (continuing.isPresent()) {
      throw new IllegalStateException("no episode is under way; reset comes first");
    }
    Step step = super.step(action);
    int left = livesOfGame.getAsInt();
    boolean lostOne = left < lives && left > 0; // At 0 the game itself says when it is over.
    lives = left;
    if (!lostOne || step.last()) {
      return step;
    }
    continuing = Optional.of(step.observation());
    return step.withEnding(Step.Ending.TERMINATED);
  }

  private Observation started(Observation first) {
    continuing = Optional.empty();
    lives = livesOfGame.getAsInt();
    return first;
  }
}
