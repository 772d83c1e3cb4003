/** Where the time of an update goes. */
@NullMarked
package dev.stampede.bench;

import org.jspecify.annotations.NullMarked;
