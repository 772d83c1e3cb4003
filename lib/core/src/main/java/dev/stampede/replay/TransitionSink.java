package dev.stampede.replay;

/**
 * Where actors bring their transitions, whether the learner's memory is in their process or not.
 * For any number of threads.
 */
public interface TransitionSink {

  /**
   * Takes transitions; waits first or afterwards while the learner has to catch up.
   *
   * @param priorities |δ| of each, as its actor sees it
   * @param rest is called now and then while this waits
   */
  void add(Transitions transitions, double[] priorities, Runnable rest);
}
