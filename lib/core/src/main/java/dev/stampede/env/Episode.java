package dev.stampede.env;

/**
 * One finished episode.
 *
 * @param score the sum of the environment's own rewards, before any clipping
 * @param steps how many actions the agent took
 */
public record Episode(double score, long steps) {}
