/** Small tasks in plain Java: no Python, no rendering, hundreds of thousands of steps a second. */
@NullMarked
package dev.stampede.env.classic;

import org.jspecify.annotations.NullMarked;
