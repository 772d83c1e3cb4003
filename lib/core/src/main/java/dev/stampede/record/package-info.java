/**
 * What was played, to be looked at and played again: videos with the score, and trajectories that
 * replay exactly. Knows nothing of networks.
 */
@NullMarked
package dev.stampede.record;

import org.jspecify.annotations.NullMarked;
