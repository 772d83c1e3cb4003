package dev.stampede.result;

/** How a raw score becomes a fraction of a human's; papers do not all use the same formula. */
public enum HumanNormalisation {
  /**
   * The plain formula: 0 is random play, 1 the human. Where the human scored less than random play
   * (Video Pinball, in the scores of Mnih et al.), a better score gives a <em>lower</em> value.
   */
  PLAIN("(score − random)/(human − random)") {
    @Override
    double apply(double score, double random, double human) {
      return (score - random) / (human - random);
    }
  },

  /**
   * A reconstruction, not a rule that the paper states: fitted so that the raw scores of Mnih et
   * al. (2016), Table S3, give the means and medians of its Table 1. Of the 57 games it differs
   * from the plain formula in Video Pinball only.
   */
  MNIH_2016_RECONSTRUCTED(
      "(score − random)/|human − random|, but score/human where human < random (a reconstruction"
          + " of Table 1 of Mnih et al. 2016)") {
    @Override
    double apply(double score, double random, double human) {
      return human < random ? score / human : (score - random) / Math.abs(human - random);
    }
  };

  private final String formula;

  HumanNormalisation(String formula) {
    this.formula = formula;
  }

  /** In words that belong beside each number that it makes. */
  public String formula() {
    return formula;
  }

  abstract double apply(double score, double random, double human);
}
