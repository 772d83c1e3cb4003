package dev.stampede.nn;

import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The layers of a block that consists of dense layers, element-wise activations and heads only, as
 * {@link DenseNetwork} computes them.
 *
 * <p>The numbers of one state stand in one array of units: the observation first, then the outputs
 * of each layer in turn. A layer reads one slice of it and writes another, so that heads and
 * separate networks for policy and value are nothing special.
 *
 * @param units length of the array of units
 * @param outputs where the network's outputs stand among the units, in order
 */
record DenseLayers(List<Layer> layers, int units, int[] outputs) {

  /**
   * @param in first unit of the inputs
   * @param inputs how many inputs
   * @param out first unit of the outputs
   * @param outputs how many outputs
   * @param weight where the weights begin in θ, shape (outputs, inputs)
   * @param bias where the biases begin in θ; −1 for none
   */
  record Layer(
      int in, int inputs, int out, int outputs, int weight, int bias, Elementwise activation) {}

  /**
   * Looks at a block's structure.
   *
   * @return empty if there is anything else in it. What a lambda with the name of an activation
   *     really does cannot be seen here: {@link Network} tries the result on an example
   */
  static Optional<DenseLayers> of(Block block, int inputs, List<Network.Place> places) {
    Builder builder = new Builder(inputs, places);
    List<Slice> ends = builder.add(block, new Slice(0, inputs));
    if (ends == null || builder.layers.isEmpty()) {
      return Optional.empty();
    }
    int[] outputs =
        ends.stream()
            .flatMapToInt(end -> java.util.stream.IntStream.range(end.from, end.from + end.count))
            .toArray();
    return Optional.of(new DenseLayers(List.copyOf(builder.layers), builder.units, outputs));
  }

  private record Slice(int from, int count) {}

  private static final class Builder {
    private final Map<Parameter, Network.Place> places = new IdentityHashMap<>();
    private final List<Layer> layers = new ArrayList<>();
    private int units;

    Builder(int inputs, List<Network.Place> all) {
      units = inputs;
      all.forEach(place -> places.put(place.parameter(), place));
    }

    /** Adds a block; where its outputs stand, or null if it is of another kind. */
    @Nullable List<Slice> add(Block block, Slice in) {
      if (block instanceof Linear) {
        return List.of(linear(block, in));
      }
      if (block instanceof LambdaBlock lambda) {
        return lambda.getName().equals("batchFlatten") ? List.of(in) : activate(lambda, in);
      }
      if (block instanceof SequentialBlock sequence && !sequence.isReturnIntermediate()) {
        List<Slice> ends = List.of(in);
        for (Block child : sequence.getChildren().values()) {
          ends = ends.size() == 1 ? add(child, ends.get(0)) : null;
          if (ends == null) {
            return null;
          }
        }
        return ends;
      }
      if (block.getClass() == ParallelBlock.class) {
        List<Slice> ends = new ArrayList<>();
        for (Block child : block.getChildren().values()) {
          List<Slice> more = add(child, in);
          if (more == null) {
            return null;
          }
          ends.addAll(more);
        }
        return ends;
      }
      if (block instanceof StateAction pair) {
        return stateAction(pair, in);
      }
      return null;
    }

    /** Where a stands right before what the first layers give, both are one slice. */
    private @Nullable List<Slice> stateAction(StateAction pair, Slice in) {
      Slice s = new Slice(in.from, in.count - pair.actions());
      Slice a = new Slice(s.from + s.count, pair.actions());
      List<Slice> first = add(pair.state(), s);
      return first != null && first.size() == 1 && first.get(0).from == a.from + a.count
          ? add(pair.both(), new Slice(a.from, a.count + first.get(0).count))
          : null;
    }

    private Slice linear(Block block, Slice in) {
      Network.Place weight =
          java.util.Objects.requireNonNull(places.get(block.getDirectParameters().get("weight")));
      Parameter bias =
          block.getDirectParameters().contains("bias")
              ? block.getDirectParameters().get("bias")
              : null;
      Network.Place biasPlace = bias == null ? null : places.get(bias);
      Slice out = new Slice(units, weight.count() / in.count);
      layers.add(
          new Layer(
              in.from,
              in.count,
              out.from,
              out.count,
              weight.from(),
              biasPlace == null ? -1 : biasPlace.from(),
              Elementwise.IDENTITY));
      units += out.count;
      return out;
    }

    /** An activation right after a dense layer becomes part of it. */
    private @Nullable List<Slice> activate(LambdaBlock lambda, Slice in) {
      Optional<Elementwise> activation = Elementwise.named(lambda.getName());
      int last = layers.size() - 1;
      if (activation.isEmpty()
          || last < 0
          || layers.get(last).out != in.from
          || layers.get(last).activation != Elementwise.IDENTITY) {
        return null;
      }
      Layer l = layers.get(last);
      layers.set(
          last, new Layer(l.in, l.inputs, l.out, l.outputs, l.weight, l.bias, activation.get()));
      return List.of(in);
    }
  }
}
