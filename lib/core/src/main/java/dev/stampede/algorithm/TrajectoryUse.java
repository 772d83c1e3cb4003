package dev.stampede.algorithm;

/**
 * How a method uses a memory of its own rollouts.
 *
 * @param capacity most steps that are kept, in all threads together
 * @param starts steps that all threads together should have kept before any goes back
 * @param saved whether checkpoints hold them
 */
public record TrajectoryUse(long capacity, long starts, boolean saved) {}
