/** One algorithm, one file, in its paper's symbols. No threads, no clock, no logging. */
@NullMarked
package dev.stampede.algorithm;

import org.jspecify.annotations.NullMarked;
