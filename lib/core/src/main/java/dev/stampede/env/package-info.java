/**
 * What an agent acts in: environments, spaces, steps and the wrappers around them. Knows nothing of
 * networks.
 */
@NullMarked
package dev.stampede.env;

import org.jspecify.annotations.NullMarked;
