package dev.stampede.nn;

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
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
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
  private ByteBuffer gathered = NativeMemory.allocate(0);
  private final ByteBuffer headGradient;
  private final Map<Long, PtNDArray> batches = new HashMap<>();
  private final @Nullable PtNDArray[] headGradients;
  private final RecurrentStates remembered;
  private final float[] out;
  private final float[] batchOut;
  private final float[] dOut;
  private final int sequences;
  private final int capacity;

  /**
   * @param thetaPrime the parameters to compute with
   * @param capacity how many states can be held at once
   */
  TensorNetwork(Network network, Parameters thetaPrime, int capacity) {
    this(network, thetaPrime, 1, capacity);
  }

  /**
   * @param sequences whose states stand side by side; a feed-forward network has 1 of them
   */
  TensorNetwork(Network network, Parameters thetaPrime, int sequences, int capacity) {
    this(
        network,
        thetaPrime,
        network.isRecurrent() ? sequences : 1,
        capacity,
        NativeMemory.allocate(Math.multiplyExact(capacity, network.observations().bytes())));
  }

  private TensorNetwork(
      Network network, Parameters thetaPrime, int sequences, int capacity, ByteBuffer states) {
    Engine.prepareThread();
    this.network = network;
    this.sequences = sequences;
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
    this.remembered =
        new RecurrentStates(manager, network.stateSizes(), sequences, capacity / sequences);
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
  public void start(int i, Observation first) {
    put(i, first);
    remembered.setStart(i / sequences, i % sequences, true);
  }

  @Override
  public void put(int i, Observation observation) {
    network.checkSize(observation);
    observation.copyTo(state(i));
    remembered.setStart(i / sequences, i % sequences, false);
    remembered.forgetAfter(i / sequences);
  }

  @Override
  public void observation(int i, float[] into, int at) {
    ByteBuffer state = state(i);
    int size = network.observations().size();
    if (network.observations().element() == Space.Element.FLOAT32) {
      state.asFloatBuffer().get(into, at, size);
    } else {
      for (int j = 0; j < size; j++) {
        into[at + j] = (state.get(j) & 0xff) * (1 / 255f);
      }
    }
  }

  @Override
  public void copy(int from, int to) {
    if (from == to) {
      return;
    }
    if (remembered.count() > 0) {
      checkFirst(to);
      carry(from, 1);
    } else {
      state(to).put(state(from));
    }
  }

  @Override
  public void carry(int from, int n) {
    if (remembered.count() == 0) {
      LocalNetwork.super.carry(from, n);
    } else if (from > 0) {
      checkAll(from, n);
      remember(from / sequences);
      states.slice(0, n * stateBytes).put(states.slice(from * stateBytes, n * stateBytes));
      remembered.carry(from / sequences);
    }
  }

  @Override
  public float[] forward(int i) {
    int row = i % sequences;
    remember(i / sequences);
    step(i / sequences);
    System.arraycopy(batchOut, row * out.length, out, 0, out.length);
    return out;
  }

  @Override
  public float[] after(int i, Observation next) {
    int spare = capacity - 1;
    network.checkSize(next);
    next.copyTo(state(spare));
    int step = i / sequences + 1; // Of a feed-forward network it does not matter.
    remember(step);
    try (NDManager scope = manager.newSubManager()) {
      NDList before = remembered.before(step, i % sequences, (PtNDManager) scope);
      read(join(forward(constants, batch(spare, 1), before, scope, false)), out, out.length);
    }
    return out;
  }

  @Override
  public double backward(int n, Loss loss, GradientConsumer gradient) {
    return backward(n, scope -> unroll(leaves, 0, n, scope, true), loss, gradient);
  }

  @Override
  public double backward(int[] some, Loss loss, GradientConsumer gradient) {
    if (remembered.count() > 0) {
      throw new IllegalStateException(
          "expected a network without memory where states are learned from in any order, but this"
              + " one is recurrent: what would it remember? A2C and A3C take recurrent networks");
    }
    return backward(
        some.length,
        scope -> join(forward(leaves, gathered(some, scope), new NDList(), scope, true)),
        loss,
        gradient);
  }

  private double backward(
      int n, Function<NDManager, PtNDArray> outputs, Loss loss, GradientConsumer gradient) {
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
        PtNDArray result = outputs.apply(scope);
        read(result, batchOut, length);
        Arrays.fill(dOut, 0, length, 0);
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
  public float[] observationGradient(int i, Loss loss) {
    return observationGradients(i, 1, memory(i), loss);
  }

  @Override
  public float[] observationGradients(int n, Loss loss) {
    if (remembered.count() > 0) {
      throw new IllegalStateException(
          "expected a network without recurrent states, whose observations do not depend on each"
              + " other; ask for one state with observationGradient");
    }
    return observationGradients(0, n, new float[0], loss);
  }

  private float[] observationGradients(int from, int n, float[] memory, Loss loss) {
    try (NDManager scope = manager.newSubManager()) {
      PtNDArray observed = asInput(over((PtNDManager) scope, from, n));
      JniUtils.setGradMode(true);
      try {
        PtNDArray leaf = JniUtils.detachGradient(observed);
        leaf.attach(scope);
        leaf.setRequiresGradient(true);
        NDList input = new NDList(leaf).addAll(states(memory, scope));
        PtNDArray result = join(network.block().forward(constants, input, false));
        float[] at = result.toFloatArray();
        float[] dAt = new float[at.length];
        loss.at(at, dAt);
        JniUtils.backward(result, (PtNDArray) scope.create(dAt, result.getShape()), false, false);
        PtNDArray gradient = JniUtils.getGradient(leaf);
        gradient.attach(scope);
        return gradient.toFloatArray();
      } finally {
        JniUtils.setGradMode(false);
      }
    }
  }

  /** What is remembered of one sequence, as the block takes it. */
  private NDList states(float[] memory, NDManager scope) {
    NDList states = new NDList();
    int at = 0;
    for (int size : network.stateSizes()) {
      float[] part = Arrays.copyOfRange(memory, at, at + size);
      states.add(scope.create(part, new Shape(1, size)));
      at += size;
    }
    return states;
  }

  /** Bytes scaled to [0, 1]. */
  private static PtNDArray asInput(PtNDArray observed) {
    return observed.getDataType() == DataType.FLOAT32
        ? observed
        : (PtNDArray) observed.toType(DataType.FLOAT32, false).muli(1 / 255f);
  }

  @Override
  public float[] outputs(int from, int n) {
    remember(from / sequences);
    if (n == sequences && remembered.count() > 0) {
      step(from / sequences); // What it gives need not be computed again.
      return batchOut;
    }
    try (NDManager scope = manager.newSubManager()) {
      read(unroll(constants, from, n, scope, false), batchOut, n * network.outputs());
    }
    return batchOut;
  }

  @Override
  public float[] memory(int i) {
    remember(i / sequences);
    return remembered.count() == 0 ? new float[0] : remembered.read(i / sequences, i % sequences);
  }

  @Override
  public void setMemory(int b, float[] memory) {
    if (remembered.count() > 0) {
      remembered.write(b, memory);
    }
  }

  @Override
  public LocalNetwork twin() {
    if (remembered.count() > 0) {
      throw new UnsupportedOperationException(
          "a recurrent network has no target network θ⁻: what would it remember? Methods that learn"
              + " Q(s, a) take networks without recurrent states; A3C takes both");
    }
    return new TensorNetwork(network, new Parameters(network.size()), sequences, capacity, states);
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
      made = over(manager, from, n);
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

  private PtNDArray over(PtNDManager owner, int from, int n) {
    return over(owner, states.slice(from * stateBytes, n * stateBytes), n);
  }

  /** An array over copies of these states, side by side. */
  private PtNDArray gathered(int[] some, NDManager scope) {
    if (gathered.capacity() < some.length * stateBytes) {
      gathered = NativeMemory.allocate(some.length * stateBytes);
    }
    for (int i = 0; i < some.length; i++) {
      gathered.put(i * stateBytes, states, some[i] * stateBytes, stateBytes);
    }
    return over((PtNDManager) scope, gathered.slice(0, some.length * stateBytes), some.length);
  }

  private PtNDArray over(PtNDManager owner, ByteBuffer observed, int n) {
    ByteBuffer memory = observed.order(ByteOrder.nativeOrder());
    DataType type =
        network.observations().element() == Space.Element.FLOAT32
            ? DataType.FLOAT32
            : DataType.UINT8;
    return (PtNDArray) owner.create(memory, network.inputShape(n), type);
  }

  /** Makes known what the network remembers before step {@code i}. */
  private void remember(int i) {
    while (remembered.known() < i) {
      step(remembered.known());
    }
  }

  /** One step of all sequences. */
  private void step(int i) {
    try (NDManager scope = manager.newSubManager()) {
      NDList before = remembered.lend(i, scope);
      try {
        NDList result =
            forward(
                constants,
                batch(i * sequences, sequences),
                remembered.restarted(i, before, scope),
                scope,
                false);
        read(join(result), batchOut, sequences * out.length);
        remembered.after(i, result.subNDList(result.size() - remembered.count()));
      } finally {
        before.attach(manager);
      }
    }
  }

  /**
   * The outputs for states {@code from}…{@code from}+n−1, in one pass or, where episodes start in
   * between, in one for each stretch without such a start: what is remembered goes from one to the
   * next but for the sequences whose episode is a new one.
   */
  private PtNDArray unroll(Leaves values, int from, int n, NDManager scope, boolean training) {
    if (remembered.count() == 0) {
      return join(forward(values, batch(from, n), new NDList(), scope, training));
    }
    checkAll(from, n);
    int first = from / sequences;
    int end = first + n / sequences;
    NDList before = remembered.lend(first, scope);
    try {
      NDList carried = remembered.restarted(first, before, scope);
      NDList outputs = new NDList();
      for (int i = first, next; i < end; i = next) {
        next = remembered.nextStart(i, end);
        NDList result = forward(values, stretch(i, next, n, scope), carried, scope, training);
        outputs.add(join(result));
        if (next < end) {
          NDList given = result.subNDList(result.size() - remembered.count());
          carried = remembered.restarted(next, given, scope);
        }
      }
      return (PtNDArray) (outputs.size() == 1 ? outputs.head() : NDArrays.concat(outputs, 0));
    } finally {
      before.attach(manager);
    }
  }

  /** Steps i…next−1 of all sequences; parts of the n states differ from rollout to rollout. */
  private PtNDArray stretch(int i, int next, int n, NDManager scope) {
    int rows = (next - i) * sequences;
    return rows == n ? batch(i * sequences, rows) : over((PtNDManager) scope, i * sequences, rows);
  }

  private NDList forward(
      Leaves values, PtNDArray observed, NDList before, NDManager scope, boolean training) {
    NDManager owner = observed.getManager();
    observed.attach(scope); // What a block makes from its inputs belongs to their manager.
    try {
      return network
          .block()
          .forward(values, new NDList(asInput(observed)).addAll(before), training);
    } finally {
      observed.attach(owner);
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

  private void checkAll(int from, int n) {
    if (from % sequences != 0 || n % sequences != 0) {
      throw new IllegalArgumentException(
          "a recurrent network computes its "
              + sequences
              + " sequences together, "
              + sequences
              + " states a step, but got "
              + n
              + " states from state "
              + from);
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
