/**
 * What to run, as one immutable value, the builder that makes it, and the presets of the papers.
 */
@NullMarked
package dev.stampede.experiment;

import org.jspecify.annotations.NullMarked;
