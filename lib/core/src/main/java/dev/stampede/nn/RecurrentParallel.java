package dev.stampede.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
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
  private final List<Block> networks;
  private final int[][] sizes;

  /**
   * @param networks each {@link Recurrent}
   */
  RecurrentParallel(List<Block> networks) {
    this.networks = List.copyOf(networks);
    this.sizes =
        networks.stream().map(each -> ((Recurrent) each).stateSizes()).toArray(int[][]::new);
    this.networks.forEach(each -> addChildBlock("network", each));
  }

  @Override
  public int[] stateSizes() {
    return Arrays.stream(sizes).flatMapToInt(Arrays::stream).toArray();
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
      int from = from(i);
      NDList own = new NDList(inputs.get(0));
      own.addAll(inputs.subNDList(from, from + sizes[i].length));
      NDList out = networks.get(i).forward(store, own, training);
      heads.addAll(out.subNDList(0, out.size() - sizes[i].length));
      states.addAll(out.subNDList(out.size() - sizes[i].length));
    }
    return heads.addAll(states);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    Stream.Builder<Shape> heads = Stream.builder();
    for (int i = 0; i < networks.size(); i++) {
      Shape[] out = networks.get(i).getOutputShapes(inputsOf(i, inputs));
      Arrays.stream(out, 0, out.length - sizes[i].length).forEach(heads);
    }
    return Stream.concat(heads.build(), Arrays.stream(inputs, 1, inputs.length))
        .toArray(Shape[]::new);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs, DataType[] types) {
    return getOutputShapes(inputs);
  }

  /** Where the states of a network begin among the inputs. */
  private int from(int i) {
    return 1 + Arrays.stream(sizes, 0, i).mapToInt(each -> each.length).sum();
  }

  private Shape[] inputsOf(int i, Shape[] inputs) {
    int from = from(i);
    return Stream.concat(Stream.of(inputs[0]), Arrays.stream(inputs, from, from + sizes[i].length))
        .toArray(Shape[]::new);
  }
}
