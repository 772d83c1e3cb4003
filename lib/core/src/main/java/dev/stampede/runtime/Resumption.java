package dev.stampede.runtime;

/**
 * Where a run went on from a checkpoint.
 *
 * @param step agent steps of all threads at the checkpoint
 * @param seconds that the run had taken until then
 * @param environments whether the environments went on too; otherwise each actor-learner started a
 *     new episode
 */
public record Resumption(long step, double seconds, boolean environments) {}
