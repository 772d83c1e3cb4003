package dev.stampede.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Recurrent networks that see the same observations and share nothing: the outputs of all in turn,
 * then the states of all.
 */
final class RecurrentParallel extends AbstractBlock implements Recurrent {
  private static final int STATES = 2; // h and c of each

  private final List<RecurrentSequential> networks;

  RecurrentParallel(List<RecurrentSequential> networks) {
    this.networks = List.copyOf(networks);
    this.networks.forEach(each -> addChildBlock("network", each));
  }

  @Override
  public int[] stateSizes() {
    return networks.stream().flatMapToInt(each -> Arrays.stream(each.stateSizes())).toArray();
  }

  @Override
  protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputs) {
    for (int i = 0; i < networks.size(); i++) {
      networks.get(i).initialize(manager, type, inputsOf(i, inputs));
    }
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDList heads = new NDList();
    NDList states = new NDList();
    for (int i = 0; i < networks.size(); i++) {
      int from = 1 + STATES * i;
      NDList out =
          networks
              .get(i)
              .forward(
                  store,
                  new NDList(inputs.get(0), inputs.get(from), inputs.get(from + 1)),
                  training);
      heads.addAll(out.subNDList(0, out.size() - STATES));
      states.addAll(out.subNDList(out.size() - STATES));
    }
    return heads.addAll(states);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Stream.Builder<Shape> heads = Stream.builder();
    for (int i = 0; i < networks.size(); i++) {
      Shape[] out = networks.get(i).getOutputShapes(inputsOf(i, inputs));
      Arrays.stream(out, 0, out.length - STATES).forEach(heads);
    }
    return Stream.concat(heads.build(), Arrays.stream(inputs, 1, inputs.length))
        .toArray(Shape[]::new);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs, DataType[] types) {
    return getOutputShapes(inputs);
  }

  private static Shape[] inputsOf(int i, Shape[] inputs) {
    int from = 1 + STATES * i;
    return new Shape[] {inputs[0], inputs[from], inputs[from + 1]};
  }
}
