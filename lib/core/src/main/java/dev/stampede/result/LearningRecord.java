package dev.stampede.result;

/**
 * What the updates since the record before looked like; means over them or over their samples.
 *
 * @param step agent steps of all threads at the end
 * @param seconds since the actor-learners started
 * @param updates how many updates these are
 * @param policyLoss the policy's term of the loss, for each sample
 * @param valueLoss the value's term, for each sample
 * @param entropy of the policy, in nats; NaN for methods without a policy
 * @param explainedVariance of the values' targets by the values, see {@code Measures}; NaN where
 *     the targets did not differ
 * @param gradientNorm Euclidean norm of the gradient before clipping
 * @param learningRate η
 * @param staleness updates of θ by others between copying θ and updating it; of methods that work
 *     on θ itself, since their rollout began; of GA3C, since its trainer's copy, not since the
 *     actions
 */
public record LearningRecord(
    long step,
    double seconds,
    long updates,
    double policyLoss,
    double valueLoss,
    double entropy,
    double explainedVariance,
    double gradientNorm,
    double learningRate,
    double staleness) {}
