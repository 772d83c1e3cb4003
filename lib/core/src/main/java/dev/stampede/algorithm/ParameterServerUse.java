package dev.stampede.algorithm;

/**
 * A parameter server as an algorithm needs it.
 *
 * @param shards equal parts of θ⁺, each with a version of its own
 * @param mostStale updates of a shard since θ was taken from it, beyond which it drops a gradient
 */
public record ParameterServerUse(int shards, long mostStale) {}
