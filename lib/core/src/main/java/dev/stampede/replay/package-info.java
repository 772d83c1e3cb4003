/** Memories of what actors saw and did, from which a learner draws. No tensors, no threads. */
@NullMarked
package dev.stampede.replay;

import org.jspecify.annotations.NullMarked;
