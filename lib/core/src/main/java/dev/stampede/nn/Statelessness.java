package dev.stampede.nn;

import ai.djl.nn.Block;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.norm.Dropout;
import ai.djl.util.Pair;

/** Refuses blocks that keep values which all threads would share behind each other's backs. */
final class Statelessness {
  private Statelessness() {}

  static void check(Block block) {
    if (block instanceof BatchNorm) {
      throw new IllegalArgumentException(
          "BatchNorm keeps running statistics inside the block, which threads would overwrite for"
              + " each other; use LayerNorm");
    }
    if (block instanceof Dropout) {
      throw new IllegalArgumentException(
          "Dropout draws from one generator for the whole process, so that a seed would no longer"
              + " give the run; leave it out");
    }
    for (Pair<String, Block> child : block.getChildren()) {
      check(child.getValue());
    }
  }
}
