/** What a run leaves behind, as records with provenance, written and read as plain files. */
@NullMarked
package dev.stampede.result;

import org.jspecify.annotations.NullMarked;
