package dev.stampede.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * One thread's view of a network: its own parameters θ′, room for the observations of one rollout,
 * forward and backward.
 *
 * <p>The only class that differentiates. It calls the tensor library's own primitives, because DJL
 * allows one {@code GradientCollector} in a process: gradient mode is the calling thread's, each
 * backward pass gets fresh leaves over θ′ and runs on the calling thread. Made, used and closed by
 * one thread.
 */
public final class LocalNetwork implements AutoCloseable {

  /** A loss, given as its value and its gradient at the network's outputs. */
  @FunctionalInterface
  public interface Loss {
    /**
     * @param out the outputs of all states, row after row
     * @param dOut takes ∂loss/∂out, laid out like {@code out}; zero at first
     * @return the loss
     */
    double at(float[] out, float[] dOut);
  }

  private final Network network;
  private final Parameters thetaPrime;
  private final PtNDManager manager;
  private final PtNDArray[] raw;
  private final Leaves constants;
  private final Leaves leaves;
  private final ByteBuffer states;
  private final int stateBytes;
  private final ByteBuffer headGradient;
  private final PtNDArray[] single;
  private final PtNDArray[] batches;
  private final PtNDArray[] headGradients;
  private final float[] out;
  private final float[] batchOut;
  private final float[] dOut;
  private final int capacity;

  /**
   * @param capacity how many states can be held at once
   */
  public LocalNetwork(Network network, int capacity) {
    Engine.prepareThread();
    this.network = network;
    this.capacity = capacity;
    this.thetaPrime = new Parameters(network.size());
    this.manager = Engine.newManager();
    this.constants = new Leaves(manager);
    this.leaves = new Leaves(manager);
    this.raw = new PtNDArray[network.places().size()];
    for (int i = 0; i < raw.length; i++) {
      Network.Place place = network.places().get(i);
      raw[i] =
          (PtNDArray)
              manager.create(
                  thetaPrime.slice(place.from(), place.count()), place.shape(), DataType.FLOAT32);
      constants.put(place.parameter(), raw[i]);
    }
    this.stateBytes = network.observations().bytes();
    this.states = NativeMemory.allocate(Math.multiplyExact(capacity, stateBytes));
    this.headGradient = NativeMemory.allocate(capacity * network.outputs() * Float.BYTES);
    // Arrays over fixed memory are made once: making one costs as much as a small layer's forward
    // pass.
    this.single = new PtNDArray[capacity];
    this.batches = new PtNDArray[capacity + 1];
    this.headGradients = new PtNDArray[capacity + 1];
    for (int i = 0; i < capacity; i++) {
      single[i] = over(i, 1);
      batches[i + 1] = over(0, i + 1);
      ByteBuffer head = headGradient.slice(0, (i + 1) * network.outputs() * Float.BYTES);
      headGradients[i + 1] =
          (PtNDArray)
              manager.create(
                  head.order(ByteOrder.nativeOrder()),
                  new Shape(i + 1, network.outputs()),
                  DataType.FLOAT32);
    }
    this.out = new float[network.outputs()];
    this.batchOut = new float[capacity * network.outputs()];
    this.dOut = new float[capacity * network.outputs()];
  }

  /** θ′ ← θ. */
  public void sync(Parameters theta) {
    thetaPrime.set(theta);
  }

  /**
   * Keeps an observation as state {@code i}.
   *
   * @throws IllegalArgumentException if it has another size than the network was made for
   */
  public void put(int i, Observation observation) {
    if (observation.bytes() != stateBytes) {
      int element = network.observations().element().bytes();
      throw new IllegalArgumentException(
          "observation: expected "
              + network.observations()
              + ", "
              + stateBytes / element
              + " numbers, but the environment gave "
              + observation.bytes() / element
              + "; its observationSpace() must say what it gives");
    }
    observation.copyTo(state(i));
  }

  /** State {@code to} becomes a copy of state {@code from}. */
  public void copy(int from, int to) {
    if (from != to) {
      state(to).put(state(from));
    }
  }

  /**
   * The network's outputs for state {@code i}, without a graph. The array is used again by the next
   * call.
   */
  public float[] forward(int i) {
    try (NDManager scope = manager.newSubManager()) {
      NDArray result = forward(constants, single[i], scope, false);
      read((PtNDArray) result, out, out.length);
    }
    return out;
  }

  /**
   * The loss over states 0…n−1 in one batched forward pass, and its gradient by one backward pass.
   *
   * @param gradient takes dθ; it is valid until the next call
   * @return the loss
   */
  public double backward(int n, Loss loss, GradientConsumer gradient) {
    int length = n * network.outputs();
    try (NDManager scope = manager.newSubManager()) {
      PtNDArray[] own = new PtNDArray[raw.length];
      JniUtils.setGradMode(true);
      double value;
      try {
        for (int i = 0; i < raw.length; i++) {
          own[i] = JniUtils.detachGradient(raw[i]);
          own[i].attach(scope);
          own[i].setRequiresGradient(true);
          leaves.put(network.places().get(i).parameter(), own[i]);
        }
        PtNDArray result = (PtNDArray) forward(leaves, batches[n], scope, true);
        read(result, batchOut, length);
        java.util.Arrays.fill(dOut, 0, length, 0);
        value = loss.at(batchOut, dOut);
        headGradient.asFloatBuffer().put(dOut, 0, length);
        JniUtils.backward(result, headGradients[n], false, false);
      } finally {
        JniUtils.setGradMode(false);
      }
      gradient.accept(new Gradient(network, own));
      return value;
    }
  }

  /** Takes a gradient while it is valid. */
  @FunctionalInterface
  public interface GradientConsumer {
    void accept(Gradient dTheta);
  }

  @Override
  public void close() {
    manager.close();
  }

  private PtNDArray over(int from, int n) {
    ByteBuffer memory =
        states.slice(from * stateBytes, n * stateBytes).order(ByteOrder.nativeOrder());
    DataType type =
        network.observations().element() == Space.Element.FLOAT32
            ? DataType.FLOAT32
            : DataType.UINT8;
    return (PtNDArray) manager.create(memory, network.inputShape(n), type);
  }

  private NDArray forward(Leaves values, PtNDArray states, NDManager scope, boolean training) {
    states.attach(scope); // What a block makes from its input belongs to the input's manager.
    try {
      NDArray input =
          states.getDataType() == DataType.FLOAT32
              ? states
              : states.toType(DataType.FLOAT32, false).muli(1 / 255f);
      return join(network.block().forward(values, new NDList(input), training));
    } finally {
      states.attach(manager);
    }
  }

  private static NDArray join(NDList outputs) {
    if (outputs.size() == 1) {
      return outputs.head();
    }
    return ai.djl.ndarray.NDArrays.concat(outputs, 1);
  }

  private static void read(PtNDArray array, float[] into, int length) {
    FloatBuffer values = array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    values.get(into, 0, length);
  }

  private ByteBuffer state(int i) {
    if (i < 0 || i >= capacity) {
      throw new IllegalArgumentException(
          "state " + i + " of " + capacity + "; make the network with a larger capacity");
    }
    return states.slice(i * stateBytes, stateBytes).order(ByteOrder.nativeOrder());
  }
}
