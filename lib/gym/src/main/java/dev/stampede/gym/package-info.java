/**
 * Environments that live in Python: Gymnasium's, and Atari games by the protocol of Mnih et al.
 * (2015). Java starts Python workers and steps their environments over Py4J and shared memory.
 */
@NullMarked
package dev.stampede.gym;

import org.jspecify.annotations.NullMarked;
