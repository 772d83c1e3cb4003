package dev.stampede.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/**
 * Takes a state and an action side by side, shape (batch, numbers of s + numbers of a): layers that
 * see s alone, then layers that see a and what the first ones gave, in this order.
 */
final class StateAction extends AbstractBlock {
  private final int[] stateShape;
  private final int stateSize;
  private final int actions;
  private final Block state;
  private final Block both;

  /**
   * @param stateShape of one state, as the first layers take it
   * @param actions numbers of an action
   */
  StateAction(int[] stateShape, int actions, Block state, Block both) {
    this.stateShape = stateShape.clone();
    this.actions = actions;
    int size = 1;
    for (int length : stateShape) {
      size *= length;
    }
    this.stateSize = size;
    this.state = addChildBlock("state", state);
    this.both = addChildBlock("both", both);
  }

  int actions() {
    return actions;
  }

  /** The layers that see s alone. */
  Block state() {
    return state;
  }

  /** The layers that see a and what {@link #state} gave. */
  Block both() {
    return both;
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
    state.initialize(manager, type, stateShape(inputs[0]));
    both.initialize(manager, type, bothShape(inputs[0]));
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDArray all = inputs.head();
    NDArray s = all.get(new NDIndex(":, 0:" + stateSize));
    NDArray a = all.get(new NDIndex(":, " + stateSize + ":"));
    if (stateShape.length > 1) {
      s = s.reshape(stateShape(all.getShape()));
    }
    NDArray features = state.forward(store, new NDList(s), training).head();
    return both.forward(store, new NDList(a.concat(features, 1)), training);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    return both.getOutputShapes(new Shape[] {bothShape(inputs[0])});
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs, DataType[] types) {
    return getOutputShapes(inputs);
  }

  private Shape stateShape(Shape input) {
    long[] dimensions = new long[stateShape.length + 1];
    dimensions[0] = input.get(0);
    for (int i = 0; i < stateShape.length; i++) {
      dimensions[i + 1] = stateShape[i];
    }
    return new Shape(dimensions);
  }

  private Shape bothShape(Shape input) {
    Shape features = state.getOutputShapes(new Shape[] {stateShape(input)})[0];
    return new Shape(input.get(0), actions + features.get(1));
  }
}
