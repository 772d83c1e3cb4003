package dev.stampede.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.convolutional.Convolution;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.util.Pair;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.SplitMix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An ordinary DJL {@link Block} together with the place of each of its parameters in one flat
 * vector θ.
 *
 * <p>The block is shared by all threads and used for its structure alone: the values come from each
 * thread's {@link LocalNetwork}. Immutable after construction, safe for any number of threads.
 *
 * <p>A feed-forward block takes one array, observations of shape (batch, observation…), and gives
 * one or several of shape (batch, outputs).
 *
 * <p>A recurrent block implements {@link Recurrent} and computes {@code batch} sequences of {@code
 * time} steps. It takes observations of shape (time · batch, observation…), where row t · batch + b
 * is step t of sequence b, and then each recurrent state before the first step, shape (batch,
 * size); {@code time} is the observations' rows divided by the states'. It gives its outputs, each
 * of shape (time · batch, outputs), and then the same states after the last step. States are 0 at
 * the start of an episode. Acting calls it with one step and the states that the last call gave,
 * learning with all steps of a rollout and the states before the first; both must give the same but
 * for rounding, so the block must keep nothing itself. {@link Networks#recurrent} makes such a
 * block with LSTM cells.
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
  private final int[] stateSizes;
  private final List<Place> places;
  private final int size;
  private final Optional<DenseLayers> dense;

  /**
   * Lays out the block's parameters and tries one forward pass.
   *
   * @param block takes observations, shape (batch, observation…), as float32 (bytes arrive scaled
   *     to [0, 1]); gives one array of shape (batch, outputs) or several whose outputs are put side
   *     by side; if it is {@link Recurrent}, recurrent states too
   * @param observations what the network will see
   * @throws IllegalArgumentException if the block does not fit the observations, or keeps state
   *     that threads would share
   */
  public Network(Block block, Space.Box observations) {
    this(block, observations, true);
  }

  /**
   * @param fused whether a block of dense layers, element-wise activations and heads alone may be
   *     computed by plain Java, which is many times faster on small networks and the same but for
   *     rounding
   */
  public Network(Block block, Space.Box observations, boolean fused) {
    this.block = block;
    this.observations = observations;
    this.stateSizes = block instanceof Recurrent recurrent ? recurrent.stateSizes() : new int[0];
    Statelessness.check(block);
    try (PtNDManager manager = Engine.newManager()) {
      Engine.prepareThread();
      try {
        block.initialize(manager, DataType.FLOAT32, inputShapes());
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
      outputs = tryForward(manager);
    }
    dense =
        fused && !isRecurrent()
            ? DenseLayers.of(block, observations.size(), places).filter(this::computesTheSame)
            : Optional.empty();
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

  /** Whether it remembers: outputs follow from earlier observations too. */
  public boolean isRecurrent() {
    return stateSizes.length > 0;
  }

  /** Whether this network is computed by plain Java. */
  public boolean isFused() {
    return dense.isPresent();
  }

  /**
   * About how many multiplications its outputs for one observation take: a convolution's parameters
   * are used at each place of its output, all others are taken to be used once.
   */
  public long multiplications() {
    return multiplications(block);
  }

  private static long multiplications(Block block) {
    long sum = 0;
    for (Pair<String, Block> child : block.getChildren()) {
      sum += multiplications(child.getValue());
    }
    for (Pair<String, Parameter> own : block.getDirectParameters()) {
      sum += own.getValue().getShape().size() * positions(block);
    }
    return sum;
  }

  /** At how many places of a picture the same parameters are used; 1 of a dense layer. */
  private static long positions(Block block) {
    if (!(block instanceof Convolution convolution)) {
      return 1;
    }
    Shape[] inputs = convolution.describeInput().values().toArray(Shape[]::new);
    return convolution.getOutputShapes(inputs)[0].slice(2).size();
  }

  /** A view of this network with its own θ′, at first 0, for one thread. */
  public LocalNetwork local(int capacity) {
    Parameters thetaPrime = new Parameters(size);
    if (block instanceof TileCoded tiles) {
      return new TileNetwork(this, tiles, thetaPrime, false, capacity);
    }
    return dense.isPresent()
        ? new DenseNetwork(this, dense.get(), thetaPrime, false, capacity)
        : new TensorNetwork(this, thetaPrime, capacity);
  }

  /**
   * The same for states of several sequences that advance together.
   *
   * @param sequences how many
   * @param steps how many states of each can be held at once
   */
  public LocalNetwork local(int sequences, int steps) {
    Parameters thetaPrime = new Parameters(size);
    int capacity = Math.multiplyExact(sequences, steps) + 1; // One more for LocalNetwork.after.
    if (block instanceof TileCoded tiles) {
      return new TileNetwork(this, tiles, thetaPrime, false, capacity);
    }
    return dense.isPresent()
        ? new DenseNetwork(this, dense.get(), thetaPrime, false, capacity)
        : new TensorNetwork(this, thetaPrime, sequences, capacity);
  }

  /**
   * A view of this network on the shared θ itself, for one thread: each call computes with θ as it
   * is then.
   */
  public LocalNetwork onShared(Parameters theta, int capacity) {
    if (block instanceof TileCoded tiles) {
      return new TileNetwork(this, tiles, theta, true, capacity);
    }
    return dense.isPresent()
        ? new DenseNetwork(this, dense.get(), theta, true, capacity)
        : new TensorNetwork(this, theta, capacity);
  }

  void checkSize(Observation observation) {
    if (observation.bytes() != observations.bytes()) {
      int element = observations.element().bytes();
      throw new IllegalArgumentException(
          "observation: expected "
              + observations
              + ", "
              + observations.size()
              + " numbers, but the environment gave "
              + observation.bytes() / element
              + "; its observationSpace() must say what it gives");
    }
  }

  /**
   * Whether the layers that were found do what the block does, on random parameters and states: a
   * lambda may bear any name.
   */
  private boolean computesTheSame(DenseLayers layers) {
    if (layers.outputs().length != outputs) {
      return false;
    }
    SplitMix random = new SplitMix(1);
    Parameters theta = new Parameters(size);
    theta.set(Initialization.HE.values(this, random));
    try (LocalNetwork tensors = new TensorNetwork(this, new Parameters(size), 2);
        LocalNetwork plain = new DenseNetwork(this, layers, new Parameters(size), false, 2)) {
      float[] state = new float[observations.size()];
      byte[] bytes = new byte[observations.size()];
      for (LocalNetwork each : List.of(tensors, plain)) {
        each.sync(theta);
      }
      for (int i = 0; i < 2; i++) {
        for (int j = 0; j < state.length; j++) {
          state[j] = (float) (4 * random.nextDouble() - 2);
        }
        random.nextBytes(bytes);
        for (LocalNetwork each : List.of(tensors, plain)) {
          each.put(
              i,
              observations.element() == Space.Element.FLOAT32
                  ? Observation.of(state)
                  : Observation.of(bytes));
        }
      }
      return close(outputsAndGradient(plain), outputsAndGradient(tensors));
    }
  }

  private static float[][] outputsAndGradient(LocalNetwork local) {
    float[][] both = new float[2][];
    local.backward(
        2,
        (out, dOut) -> {
          both[0] = out.clone();
          Arrays.fill(dOut, 1);
          return 0;
        },
        dTheta -> both[1] = dTheta.toArray());
    return both;
  }

  private static boolean close(float[][] actual, float[][] expected) {
    for (int part = 0; part < expected.length; part++) {
      double scale = 1e-30;
      double difference = 0;
      for (int k = 0; k < expected[part].length; k++) {
        scale = Math.max(scale, Math.abs(expected[part][k]));
        difference = Math.max(difference, Math.abs(expected[part][k] - actual[part][k]));
      }
      if (!(difference <= 1e-4 * scale)) {
        return false;
      }
    }
    return true;
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

  /** Numbers in each recurrent state; none for a feed-forward network. */
  int[] stateSizes() {
    return stateSizes.clone();
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

  /** Shapes of what the block takes for one step of one sequence. */
  private Shape[] inputShapes() {
    Shape[] shapes = new Shape[1 + stateSizes.length];
    shapes[0] = inputShape(1);
    for (int k = 0; k < stateSizes.length; k++) {
      shapes[k + 1] = new Shape(1, stateSizes[k]);
    }
    return shapes;
  }

  private int tryForward(PtNDManager manager) {
    Set<Parameter> asked = new LinkedHashSet<>();
    Leaves recording =
        new Leaves(manager) {
          @Override
          public @Nullable NDArray getValue(
              @Nullable Parameter parameter, ai.djl.Device device, boolean training) {
            if (parameter == null) {
              return null;
            }
            asked.add(parameter);
            return parameter.getArray();
          }
        };
    NDList states = new NDList();
    for (int size : stateSizes) {
      states.add(manager.zeros(new Shape(1, size)));
    }
    NDArray observation = manager.ones(inputShape(1));
    NDList out;
    try {
      out = block.forward(recording, new NDList(observation).addAll(states), false);
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
    NDList heads = withoutStates(out);
    long count = 0;
    for (NDArray array : heads) {
      if (array.getShape().dimension() != 2) {
        throw new IllegalArgumentException(
            "a network gives arrays of shape (batch, outputs) but this one gave "
                + array.getShape());
      }
      count += array.getShape().get(1);
    }
    if (isRecurrent()) {
      NDList next = new NDList(observation).addAll(out.subNDList(heads.size()));
      NDList two = new NDList(observation.concat(observation)).addAll(states);
      checkSequence(
          heads, block.forward(recording, next, false), block.forward(recording, two, false));
    }
    return Math.toIntExact(count);
  }

  /** The outputs among what a block gave, checked for the states that have to follow them. */
  private NDList withoutStates(NDList out) {
    int heads = out.size() - stateSizes.length;
    for (int k = 0; k < stateSizes.length; k++) {
      Shape expected = new Shape(1, stateSizes[k]);
      if (heads < 1 || !out.get(heads + k).getShape().equals(expected)) {
        throw new IllegalArgumentException(
            "a recurrent network gives its outputs and then its states, the "
                + (k + 1)
                + ". of shape "
                + expected
                + " for one sequence, but this one gave "
                + Arrays.toString(out.getShapes()));
      }
    }
    return out.subNDList(0, heads);
  }

  /** Holds a sequence of two steps against the two steps one after the other. */
  private void checkSequence(NDList firstHeads, NDList second, NDList sequence) {
    NDList heads = withoutStates(second);
    NDList together = withoutStates(sequence);
    for (int k = 0; k < heads.size(); k++) {
      NDArray expected = firstHeads.get(k).concat(heads.get(k));
      NDArray actual = together.get(k);
      if (!actual.getShape().equals(expected.getShape())
          || !close(
              new float[][] {actual.toFloatArray()}, new float[][] {expected.toFloatArray()})) {
        throw new IllegalArgumentException(
            "a recurrent network gives for a sequence what it gives step by step, but this one gave"
                + " "
                + Arrays.toString(actual.toFloatArray())
                + " for two steps at once and "
                + Arrays.toString(expected.toFloatArray())
                + " one after the other; rows of its input are time · batch, and batch is the rows"
                + " of its states");
      }
    }
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
