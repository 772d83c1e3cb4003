/** What a run's record says about its health: each rule in a file, each threshold a constant. */
@NullMarked
package dev.stampede.diagnosis;

import org.jspecify.annotations.NullMarked;
