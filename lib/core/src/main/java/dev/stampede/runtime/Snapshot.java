package dev.stampede.runtime;

import dev.stampede.nn.Moments;
import java.util.Optional;

/**
 * θ as it was at one moment.
 *
 * @param step agent steps of all threads then
 * @param theta a copy
 * @param observations by what they were normalised; empty if they were not
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared.
public record Snapshot(long step, float[] theta, Optional<Moments> observations) {}
