/** The command line: {@code stampede run | evaluate | compare | experiment | bench | doctor}. */
@NullMarked
package dev.stampede.cli;

import org.jspecify.annotations.NullMarked;
