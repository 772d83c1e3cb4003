package dev.stampede.nn;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.util.Pair;
import dev.stampede.env.Space;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * An ordinary DJL {@link Block} together with the place of each of its parameters in one flat
 * vector θ.
 *
 * <p>The block is shared by all threads and used for its structure alone: the values come from each
 * thread's {@link LocalNetwork}. Immutable after construction, safe for any number of threads.
 */
public final class Network {

  /** Where one parameter lies in the flat vector. */
  record Place(
      String name,
      Parameter parameter,
      Shape shape,
      int from,
      int count,
      OptionalDouble constant) {}

  private final Block block;
  private final Space.Box observations;
  private final int outputs;
  private final List<Place> places;
  private final int size;

  /**
   * Lays out the block's parameters and tries one forward pass.
   *
   * @param block takes observations, shape (batch, observation…), as float32 (bytes arrive scaled
   *     to [0, 1]); gives one array of shape (batch, outputs) or several whose outputs are put side
   *     by side
   * @param observations what the network will see
   * @throws IllegalArgumentException if the block does not fit the observations, or keeps state
   *     that threads would share
   */
  public Network(Block block, Space.Box observations) {
    this.block = block;
    this.observations = observations;
    Statelessness.check(block);
    try (PtNDManager manager = Engine.newManager()) {
      Engine.prepareThread();
      Shape input = inputShape(1);
      try {
        block.initialize(manager, DataType.FLOAT32, input);
      } catch (RuntimeException e) {
        throw misfit(e);
      }
      List<Place> all = new ArrayList<>();
      int offset = 0;
      for (Pair<String, Parameter> named : block.getParameters()) {
        Shape shape = named.getValue().getShape();
        int count = Math.toIntExact(shape.size());
        all.add(
            new Place(
                named.getKey(),
                named.getValue(),
                shape,
                offset,
                count,
                constant(named.getValue().getArray().toFloatArray())));
        offset += count;
      }
      places = List.copyOf(all);
      size = offset;
      outputs = tryForward(manager, input);
    }
  }

  /** Numbers in θ. */
  public int size() {
    return size;
  }

  /** Numbers that the network gives for one observation. */
  public int outputs() {
    return outputs;
  }

  public Space.Box observations() {
    return observations;
  }

  /** The one value that all elements have, such as the ones and zeros of a normalisation. */
  private static OptionalDouble constant(float[] values) {
    for (float value : values) {
      if (value != values[0]) {
        return OptionalDouble.empty();
      }
    }
    return OptionalDouble.of(values[0]);
  }

  Block block() {
    return block;
  }

  List<Place> places() {
    return places;
  }

  Shape inputShape(int batch) {
    int[] shape = observations.shape();
    long[] dimensions = new long[shape.length + 1];
    dimensions[0] = batch;
    for (int i = 0; i < shape.length; i++) {
      dimensions[i + 1] = shape[i];
    }
    return new Shape(dimensions);
  }

  private int tryForward(PtNDManager manager, Shape input) {
    Set<Parameter> asked = new LinkedHashSet<>();
    Leaves recording =
        new Leaves(manager) {
          @Override
          public ai.djl.ndarray.NDArray getValue(
              Parameter parameter, ai.djl.Device device, boolean training) {
            asked.add(parameter);
            return parameter.getArray();
          }
        };
    NDList out;
    try {
      out = block.forward(recording, new NDList(manager.zeros(input)), false);
    } catch (RuntimeException e) {
      throw misfit(e);
    }
    for (Place place : places) {
      if (!asked.contains(place.parameter())) {
        throw new IllegalArgumentException(
            "the network never asks its ParameterStore for "
                + place.name()
                + "; threads could not have their own values of it. Use"
                + " parameterStore.getValue(parameter, …) in forward");
      }
    }
    long count = 0;
    for (ai.djl.ndarray.NDArray array : out) {
      if (array.getShape().dimension() != 2) {
        throw new IllegalArgumentException(
            "a network gives arrays of shape (batch, outputs) but this one gave "
                + array.getShape());
      }
      count += array.getShape().get(1);
    }
    return Math.toIntExact(count);
  }

  private IllegalArgumentException misfit(RuntimeException cause) {
    return new IllegalArgumentException(
        "the network does not fit observations "
            + observations
            + ": "
            + cause.getMessage()
            + ". A convolution needs (channels, height, width), a dense layer a flat observation",
        cause);
  }
}
