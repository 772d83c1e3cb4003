package dev.stampede.diagnosis;

import java.util.Map;

/** Most of the score is not in the rewards that are learned from: they are clipped. */
final class RewardsUnseen implements Rule {
  /** Of the score. */
  private static final double MUCH = 0.5;

  @Override
  public String name() {
    return "rewards-unseen";
  }

  @Override
  public Opinion look(Chart chart) {
    if (chart.play().isEmpty()) {
      return Opinion.unjudged(chart.notPlayed());
    }
    Play play = chart.play().get();
    if (play.games() == 0) {
      return Opinion.unjudged(Text.format("no episode ended in %,d steps played", play.steps()));
    }
    return play.unseen() > MUCH * play.score() ? found(play) : Opinion.fine();
  }

  private Finding found(Play play) {
    double share = play.unseen() / play.score();
    return new Finding(
        name(),
        Severity.HINT,
        Text.format(
            "Clipping hides most of the score: in %d episodes the score was %s and what is learned"
                + " from differed from it by %s (%s).",
            play.games(), Text.brief(play.score()), Text.brief(play.unseen()), Text.percent(share)),
        Map.of("score", play.score(), "unseen", play.unseen()),
        "Judge the run by its scores, not by its losses. To learn from the size of rewards too,"
            + " switch the clipping off (of Atari games, clip_rewards=false) and scale them"
            + " (normalize-rewards=yes).");
  }
}
