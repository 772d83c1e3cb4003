package dev.stampede.result;

/**
 * A setting that the user changed while the run went on.
 *
 * @param step agent steps of all threads at that moment
 * @param seconds since the actor-learners started
 * @param knob its label
 * @param from its value before
 * @param to its value from then on
 */
public record Change(long step, double seconds, String knob, String from, String to) {}
