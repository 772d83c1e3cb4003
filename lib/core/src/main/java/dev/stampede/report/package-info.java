/**
 * One run for others to read: what a paper's appendix needs, a page that opens anywhere, files for
 * TensorBoard. Works from what the run recorded, so that a folder is enough.
 */
@NullMarked
package dev.stampede.report;

import org.jspecify.annotations.NullMarked;
