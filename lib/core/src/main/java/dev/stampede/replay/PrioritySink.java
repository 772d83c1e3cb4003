package dev.stampede.replay;

/** Where a learner brings new priorities, whether the memory is in its process or not. */
@FunctionalInterface
public interface PrioritySink {

  /** Sets |δ| of transitions that were drawn. What was removed since is left alone. */
  void set(PriorityMessage priorities);
}
