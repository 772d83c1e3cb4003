package dev.stampede.runtime;

import dev.stampede.nn.CriticNetwork;

/**
 * The second network of a run whose method has a critic.
 *
 * @param network Q(s, a; φ)
 * @param learningRate η of φ at the start of the run; it falls as θ's does
 * @param weightDecay λ of ½λ‖φ‖² in the loss
 */
public record CriticPlan(CriticNetwork network, double learningRate, double weightDecay) {}
