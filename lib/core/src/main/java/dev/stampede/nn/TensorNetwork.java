package dev.stampede.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Any block, on the tensor library.
 *
 * <p>The only class that differentiates by the tensor library. It calls the library's own
 * primitives, because DJL allows one {@code GradientCollector} in a process: gradient mode is the
 * calling thread's, each backward pass gets fresh leaves over θ′ and runs on the calling thread.
 */
final class TensorNetwork implements LocalNetwork {
  private final Network network;
  private final Parameters thetaPrime;
  private final PtNDManager manager;
  private final PtNDArray[] raw;
  private final Leaves constants;
  private final Leaves leaves;
  private final ByteBuffer states;
  private final int stateBytes;
  private final ByteBuffer headGradient;
  private final Map<Long, PtNDArray> batches = new HashMap<>();
  private final @Nullable PtNDArray[] headGradients;
  private final RecurrentStates remembered;
  private final float[] out;
  private final float[] batchOut;
  private final float[] dOut;
  private final int capacity;

  /**
   * @param thetaPrime the parameters to compute with
   * @param capacity how many states can be held at once
   */
  TensorNetwork(Network network, Parameters thetaPrime, int capacity) {
    this(
        network,
        thetaPrime,
        capacity,
        NativeMemory.allocate(Math.multiplyExact(capacity, network.observations().bytes())));
  }

  private TensorNetwork(Network network, Parameters thetaPrime, int capacity, ByteBuffer states) {
    Engine.prepareThread();
    this.network = network;
    this.capacity = capacity;
    this.thetaPrime = thetaPrime;
    this.states = states;
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
    this.headGradient = NativeMemory.allocate(capacity * network.outputs() * Float.BYTES);
    // Arrays over fixed memory are made once: making one costs as much as a small layer's forward
    // pass.
    this.headGradients = new PtNDArray[capacity + 1];
    this.remembered = new RecurrentStates(manager, network.stateSizes(), capacity);
    this.out = new float[network.outputs()];
    this.batchOut = new float[capacity * network.outputs()];
    this.dOut = new float[capacity * network.outputs()];
  }

  @Override
  public void sync(Parameters theta) {
    if (theta != thetaPrime) {
      thetaPrime.set(theta);
    }
    remembered.forgetAfter(0);
  }

  @Override
  public void start(Observation first) {
    put(0, first);
    remembered.clear();
  }

  @Override
  public void put(int i, Observation observation) {
    network.checkSize(observation);
    observation.copyTo(state(i));
    remembered.forgetAfter(i);
  }

  @Override
  public void copy(int from, int to) {
    if (from == to) {
      return;
    }
    state(to).put(state(from));
    if (remembered.count() > 0) {
      checkFirst(to);
      remember(from);
      remembered.carry(from);
    }
  }

  @Override
  public float[] forward(int i) {
    remember(i);
    step(i);
    return out;
  }

  @Override
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
        PtNDArray result = join(forward(leaves, batch(0, n), 0, scope, true));
        read(result, batchOut, length);
        java.util.Arrays.fill(dOut, 0, length, 0);
        value = loss.at(batchOut, dOut);
        headGradient.asFloatBuffer().put(dOut, 0, length);
        JniUtils.backward(result, headGradient(n), false, false);
      } finally {
        JniUtils.setGradMode(false);
      }
      gradient.accept(new TensorGradient(network, own));
      return value;
    }
  }

  @Override
  public float[] outputs(int from, int n) {
    remember(from);
    try (NDManager scope = manager.newSubManager()) {
      PtNDArray result = join(forward(constants, batch(from, n), from, scope, false));
      read(result, batchOut, n * network.outputs());
    }
    return batchOut;
  }

  @Override
  public float[] memory(int i) {
    remember(i);
    return remembered.count() == 0 ? new float[0] : remembered.read(i);
  }

  @Override
  public void setMemory(float[] memory) {
    if (remembered.count() > 0) {
      remembered.write(memory);
    }
  }

  @Override
  public LocalNetwork twin() {
    if (remembered.count() > 0) {
      throw new UnsupportedOperationException(
          "a recurrent network has no target network θ⁻: what would it remember? Methods that learn"
              + " Q(s, a) take networks without recurrent states; A3C takes both");
    }
    return new TensorNetwork(network, new Parameters(network.size()), capacity, states);
  }

  @Override
  public void close() {
    manager.close();
  }

  /** An array over states {@code from}…{@code from}+n−1, made when it is first needed. */
  private PtNDArray batch(int from, int n) {
    long key = ((long) from << 32) | n;
    PtNDArray made = batches.get(key);
    if (made == null) {
      made = over(from, n);
      batches.put(key, made);
    }
    return made;
  }

  private PtNDArray headGradient(int n) {
    PtNDArray made = headGradients[n];
    if (made == null) {
      ByteBuffer head = headGradient.slice(0, n * network.outputs() * Float.BYTES);
      made =
          (PtNDArray)
              manager.create(
                  head.order(ByteOrder.nativeOrder()),
                  new Shape(n, network.outputs()),
                  DataType.FLOAT32);
      headGradients[n] = made;
    }
    return made;
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

  /** Makes known what the network remembers before step {@code i}. */
  private void remember(int i) {
    while (remembered.known() < i) {
      step(remembered.known());
    }
  }

  private void step(int i) {
    try (NDManager scope = manager.newSubManager()) {
      NDList result = forward(constants, batch(i, 1), i, scope, false);
      read(join(result), out, out.length);
      remembered.after(i, result.subNDList(result.size() - remembered.count()));
    }
  }

  /**
   * @param first where the states begin
   */
  private NDList forward(
      Leaves values, PtNDArray states, int first, NDManager scope, boolean training) {
    PtNDArray[] before = remembered.before(first);
    // What a block makes from its inputs belongs to their manager.
    states.attach(scope);
    for (PtNDArray each : before) {
      each.attach(scope);
    }
    try {
      NDArray input =
          states.getDataType() == DataType.FLOAT32
              ? states
              : states.toType(DataType.FLOAT32, false).muli(1 / 255f);
      NDList inputs = new NDList(input);
      inputs.addAll(List.of(before));
      return network.block().forward(values, inputs, training);
    } finally {
      states.attach(manager);
      for (PtNDArray each : before) {
        each.attach(manager);
      }
    }
  }

  /** The network's outputs side by side, without what it remembers. */
  private PtNDArray join(NDList all) {
    NDList outputs = all.subNDList(0, all.size() - remembered.count());
    return (PtNDArray) (outputs.size() == 1 ? outputs.head() : NDArrays.concat(outputs, 1));
  }

  private static void read(PtNDArray array, float[] into, int length) {
    FloatBuffer values = array.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    values.get(into, 0, length);
  }

  private static void checkFirst(int to) {
    if (to != 0) {
      throw new IllegalArgumentException(
          "states of a recurrent network follow each other: a copy can go to state 0 only, not to "
              + to);
    }
  }

  private ByteBuffer state(int i) {
    if (i < 0 || i >= capacity) {
      throw new IllegalArgumentException(
          "state " + i + " of " + capacity + "; make the network with a larger capacity");
    }
    return states.slice(i * stateBytes, stateBytes).order(ByteOrder.nativeOrder());
  }
}
