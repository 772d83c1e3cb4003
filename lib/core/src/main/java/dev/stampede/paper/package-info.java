/**
 * The experiments of Mnih et al. (2016), arXiv:1602.01783, end to end: which runs they consist of,
 * doing those that are not done yet, and the tables and figures that come out.
 */
@NullMarked
package dev.stampede.paper;

import org.jspecify.annotations.NullMarked;
