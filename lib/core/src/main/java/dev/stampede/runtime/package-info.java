/** Threads, not maths: actor-learners, the step counter, evaluation, and the live view's data. */
@NullMarked
package dev.stampede.runtime;

import org.jspecify.annotations.NullMarked;
