package dev.stampede.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/** Layers, then LSTM cells, then more layers. */
final class RecurrentSequential extends AbstractBlock implements Recurrent {
  private final Block body;
  private final Lstm lstm;
  private final Block head;

  RecurrentSequential(Block body, int cells, Block head) {
    this.body = addChildBlock("body", body);
    this.lstm = addChildBlock("lstm", new Lstm(cells));
    this.head = addChildBlock("head", head);
  }

  @Override
  public int[] stateSizes() {
    return new int[] {lstm.cells(), lstm.cells()};
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
    body.initialize(manager, type, inputs[0]);
    Shape[] hidden = lstmInputs(inputs);
    lstm.initialize(manager, type, hidden);
    head.initialize(manager, type, lstm.getOutputShapes(hidden)[0]);
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDList hidden = body.forward(store, new NDList(inputs.get(0)), training);
    NDList remembered =
        lstm.forward(
            store, new NDList(hidden.singletonOrThrow(), inputs.get(1), inputs.get(2)), training);
    NDList out = new NDList(head.forward(store, new NDList(remembered.get(0)), training));
    out.add(remembered.get(1));
    out.add(remembered.get(2));
    return out;
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Shape[] hidden = lstm.getOutputShapes(lstmInputs(inputs));
    Shape[] heads = head.getOutputShapes(new Shape[] {hidden[0]});
    Shape[] all = java.util.Arrays.copyOf(heads, heads.length + 2);
    all[heads.length] = hidden[1];
    all[heads.length + 1] = hidden[2];
    return all;
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs, DataType[] types) {
    return getOutputShapes(inputs);
  }

  private Shape[] lstmInputs(Shape[] inputs) {
    Shape hidden = body.getOutputShapes(new Shape[] {inputs[0]})[0];
    return new Shape[] {hidden, inputs[1], inputs[2]};
  }
}
