package dev.stampede.nn;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Dense networks in plain Java: on a few thousand weights nearly all the time of the tensor library
 * is the overhead of its calls.
 *
 * <p>Parameters, their order and their meaning are the block's; outputs and gradients differ from
 * the tensor library's by rounding alone. What a state's units were when it was acted in is used
 * again for the gradient while θ′ is the same.
 */
final class DenseNetwork implements LocalNetwork {
  /** No version of a state: its units are to be computed. */
  private static final long STALE = -1;

  /**
   * For so many states at once it is worth while to {@linkplain DenseLayer#prepare prepare} the
   * layers.
   */
  private static final int MANY = 6;

  private final Network network;
  private final DenseLayers dense;
  private final List<DenseLayer> layers;
  private final int[] outputs;
  private final Parameters source;
  private final boolean shared;
  private final float[] theta;
  private final float[][] states;
  private final ByteBuffer raw;
  private final int[] all;
  private final float[][] units;
  private final long[] versions;
  private final long[] computed;
  private final float[][] unitsOfBlock = new float[DenseLayer.BLOCK][];
  private final float[][] delta;
  private final float[] out;
  private final float[] batchOut;
  private final float[] dOut;
  private final FlatGradient gradient;

  /**
   * @param source θ′, or the shared θ itself: then each call computes with it as it is at that
   *     moment
   */
  DenseNetwork(
      Network network, DenseLayers dense, Parameters source, boolean shared, int capacity) {
    this(
        network,
        dense,
        source,
        shared,
        new float[capacity][network.observations().size()],
        new long[capacity]);
  }

  private DenseNetwork(
      Network network,
      DenseLayers dense,
      Parameters source,
      boolean shared,
      float[][] states,
      long[] versions) {
    int capacity = states.length;
    this.network = network;
    this.dense = dense;
    this.layers = dense.layers().stream().map(DenseLayer::new).toList();
    this.outputs = dense.outputs();
    this.source = source;
    this.shared = shared;
    this.theta = new float[network.size()];
    this.states = states;
    this.raw = ByteBuffer.allocate(network.observations().bytes()).order(ByteOrder.nativeOrder());
    this.all = IntStream.range(0, capacity).toArray();
    this.units = new float[capacity][dense.units()];
    this.versions = versions;
    this.computed = new long[capacity];
    Arrays.fill(computed, STALE);
    this.delta = new float[DenseLayer.BLOCK][dense.units()];
    this.out = new float[outputs.length];
    this.batchOut = new float[capacity * outputs.length];
    this.dOut = new float[capacity * outputs.length];
    this.gradient = new FlatGradient(new float[network.size()]);
  }

  @Override
  public void sync(Parameters from) {
    if (!shared) {
      from.read(0, theta, theta.length);
      forget();
    }
  }

  private void forget() {
    Arrays.fill(computed, STALE);
    layers.forEach(DenseLayer::forget);
  }

  @Override
  public void start(int i, Observation first) {
    put(i, first);
  }

  @Override
  public void put(int i, Observation observation) {
    network.checkSize(observation);
    float[] state = states[i];
    observation.copyTo(raw.clear());
    raw.flip();
    if (network.observations().element() == Space.Element.FLOAT32) {
      raw.asFloatBuffer().get(state);
    } else {
      for (int j = 0; j < state.length; j++) {
        state[j] = (raw.get(j) & 0xff) * (1 / 255f);
      }
    }
    versions[i]++;
  }

  @Override
  public void observation(int i, float[] into, int at) {
    System.arraycopy(states[i], 0, into, at, states[i].length);
  }

  @Override
  public void copy(int from, int to) {
    if (from != to) {
      System.arraycopy(states[from], 0, states[to], 0, states[to].length);
      versions[to]++;
    }
  }

  @Override
  public float[] forward(int i) {
    refresh();
    compute(i);
    read(i, out, 0);
    return out;
  }

  @Override
  public float[] after(int i, Observation next) {
    put(states.length - 1, next);
    return forward(states.length - 1);
  }

  @Override
  public float[] outputs(int from, int n) {
    refresh();
    computeAll(from == 0 ? all : Arrays.copyOfRange(all, from, from + n), n);
    return batchOut;
  }

  @Override
  public double backward(int n, Loss loss, GradientConsumer consumer) {
    return backward(all, n, loss, consumer);
  }

  @Override
  public double backward(int[] some, Loss loss, GradientConsumer consumer) {
    return backward(some, some.length, loss, consumer);
  }

  private double backward(int[] which, int n, Loss loss, GradientConsumer consumer) {
    refresh();
    computeAll(which, n);
    Arrays.fill(dOut, 0, n * outputs.length, 0);
    double value = loss.at(batchOut, dOut);
    for (int i = 0; i < n; i += DenseLayer.BLOCK) {
      backward(which, i, Math.min(DenseLayer.BLOCK, n - i), dOut, false);
    }
    layers.forEach(layer -> layer.takeGradient(gradient.values()));
    consumer.accept(gradient);
    return value;
  }

  @Override
  public float[] observationGradient(int i, Loss loss) {
    float[] at = forward(i).clone();
    float[] dAt = new float[at.length];
    loss.at(at, dAt);
    backward(new int[] {i}, 0, 1, dAt, true);
    return Arrays.copyOf(delta[0], states[i].length);
  }

  @Override
  public float[] observationGradients(int n, Loss loss) {
    outputs(0, n);
    Arrays.fill(dOut, 0, n * outputs.length, 0);
    loss.at(batchOut, dOut);
    int size = network.observations().size();
    float[] gradients = new float[n * size];
    for (int i = 0; i < n; i += DenseLayer.BLOCK) {
      int count = Math.min(DenseLayer.BLOCK, n - i);
      backward(all, i, count, dOut, true);
      for (int k = 0; k < count; k++) {
        System.arraycopy(delta[k], 0, gradients, (i + k) * size, size);
      }
    }
    return gradients;
  }

  /**
   * Leaves ∂loss/∂unit of states {@code which[from … from + count)} in {@link #delta}.
   *
   * @param dOuts ∂loss/∂output, row after row, of {@code which} from its first on
   * @param toObservations whether that of the observations is asked for, instead of the parameters'
   */
  private void backward(int[] which, int from, int count, float[] dOuts, boolean toObservations) {
    for (int k = 0; k < count; k++) {
      unitsOfBlock[k] = units[which[from + k]];
      Arrays.fill(delta[k], 0);
      for (int o = 0; o < outputs.length; o++) {
        delta[k][outputs[o]] = dOuts[(from + k) * outputs.length + o];
      }
    }
    for (int l = layers.size() - 1; l >= 0; l--) {
      DenseLayers.Layer at = dense.layers().get(l);
      boolean toInputs = toObservations || at.in() + at.inputs() > network.observations().size();
      layers.get(l).backward(unitsOfBlock, delta, count, theta, !toObservations, toInputs);
    }
  }

  @Override
  public float[] memory(int i) {
    return new float[0];
  }

  @Override
  public void setMemory(int b, float[] memory) {}

  @Override
  public LocalNetwork twin() {
    return new DenseNetwork(
        network, dense, new Parameters(network.size()), false, states, versions);
  }

  @Override
  public void close() {}

  private void refresh() {
    if (shared) {
      source.read(0, theta, theta.length);
      forget();
    }
  }

  /** Leaves the outputs of the first {@code n} of these states in {@link #batchOut}. */
  private void computeAll(int[] which, int n) {
    int stale = 0;
    for (int i = 0; i < n; i++) {
      stale += isComputed(which[i]) ? 0 : 1;
    }
    if (stale >= MANY) {
      layers.forEach(layer -> layer.prepare(theta));
    }
    for (int i = 0; i < n; i++) {
      compute(which[i]);
      read(which[i], batchOut, i * outputs.length);
    }
  }

  private boolean isComputed(int i) {
    return computed[i] == versions[i];
  }

  private void compute(int i) {
    if (isComputed(i)) {
      return;
    }
    System.arraycopy(states[i], 0, units[i], 0, states[i].length);
    for (DenseLayer layer : layers) {
      layer.forward(units[i], theta);
    }
    computed[i] = shared ? STALE : versions[i];
  }

  private void read(int i, float[] into, int at) {
    for (int k = 0; k < outputs.length; k++) {
      into[at + k] = units[i][outputs[k]];
    }
  }
}
