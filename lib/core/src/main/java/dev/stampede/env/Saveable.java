package dev.stampede.env;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * What can write its whole state into a checkpoint and go on from it, so that what follows is the
 * same as if it had never stopped.
 */
public interface Saveable {

  /** Writes everything that later behaviour depends on, random numbers included. */
  void save(DataOutput out) throws IOException;

  /** Takes the state over that {@link #save} of an equally configured object wrote. */
  void restore(DataInput in) throws IOException;
}
