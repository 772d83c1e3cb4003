/** A random maze seen in first person, in plain Java: no Python, no graphics library. */
@NullMarked
package dev.stampede.env.maze;

import org.jspecify.annotations.NullMarked;
