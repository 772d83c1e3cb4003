package dev.stampede.result;

/**
 * A point of a learning curve.
 *
 * @param step agent steps of all threads
 * @param frames emulator frames of all threads
 * @param seconds since the actor-learners started
 * @param meanReturn mean return of the last episodes, at most 100
 * @param lowestThread the lowest mean that a thread has, of its own among these episodes
 * @param highestThread the highest one
 */
public record CurvePoint(
    long step,
    long frames,
    double seconds,
    double meanReturn,
    double lowestThread,
    double highestThread) {}
