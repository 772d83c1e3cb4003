package dev.stampede.result;

/**
 * One finished training episode.
 *
 * @param step agent steps of all threads when it ended
 * @param frames emulator frames of all threads when it ended
 * @param seconds since the actor-learners started
 * @param thread which actor-learner played it, from 0
 * @param score the true return: the sum of the environment's own rewards
 * @param length agent steps of this episode
 */
public record EpisodeRecord(
    long step, long frames, double seconds, int thread, double score, long length) {}
