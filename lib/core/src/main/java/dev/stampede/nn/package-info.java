/** Networks over one flat parameter vector, and the only place that differentiates. */
@NullMarked
package dev.stampede.nn;

import org.jspecify.annotations.NullMarked;
