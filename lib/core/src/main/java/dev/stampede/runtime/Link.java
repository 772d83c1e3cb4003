package dev.stampede.runtime;

import dev.stampede.nn.ParameterSource;
import dev.stampede.replay.PrioritySink;
import dev.stampede.replay.TransitionSink;

/**
 * The way between actors, the memory and the learner. An actor sees its two ends only, so that it
 * does not know whether the learner is in the same process; nor does the learner know where the
 * memory is that it gives priorities back to.
 */
interface Link {
  /** Calls. */
  Link DIRECT =
      new Link() {
        @Override
        public TransitionSink sink(int actor, TransitionSink memory) {
          return memory;
        }

        @Override
        public ParameterSource parameters(int actor, ParameterSource learner) {
          return learner;
        }

        @Override
        public PrioritySink priorities(PrioritySink memory) {
          return memory;
        }
      };

  /** What actor {@code actor} adds to, where the learner's end is {@code memory}. */
  TransitionSink sink(int actor, TransitionSink memory);

  /** What actor {@code actor} pulls from, where the learner's end is {@code learner}. */
  ParameterSource parameters(int actor, ParameterSource learner);

  /** What the learner sets priorities by, where the memory's end is {@code memory}. */
  PrioritySink priorities(PrioritySink memory);
}
