package dev.stampede.nn;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

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

  private final Network network;
  private final DenseLayers.Layer[] layers;
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
  private final float[] delta;
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
    this.layers = dense.layers().toArray(DenseLayers.Layer[]::new);
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
    this.delta = new float[dense.units()];
    this.out = new float[outputs.length];
    this.batchOut = new float[capacity * outputs.length];
    this.dOut = new float[capacity * outputs.length];
    this.gradient = new FlatGradient(new float[network.size()]);
  }

  @Override
  public void sync(Parameters from) {
    if (!shared) {
      from.read(0, theta, theta.length);
      Arrays.fill(computed, STALE);
    }
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
    for (int i = 0; i < n; i++) {
      compute(from + i);
      read(from + i, batchOut, i * outputs.length);
    }
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
    for (int i = 0; i < n; i++) {
      compute(which[i]);
      read(which[i], batchOut, i * outputs.length);
    }
    Arrays.fill(dOut, 0, n * outputs.length, 0);
    double value = loss.at(batchOut, dOut);
    Arrays.fill(gradient.values(), 0);
    for (int i = 0; i < n; i++) {
      backward(which[i], dOut, i * outputs.length, gradient.values());
    }
    consumer.accept(gradient);
    return value;
  }

  @Override
  public float[] observationGradient(int i, Loss loss) {
    float[] at = forward(i).clone();
    float[] dAt = new float[at.length];
    loss.at(at, dAt);
    backward(i, dAt, 0, null);
    return Arrays.copyOf(delta, states[i].length);
  }

  @Override
  public float[] observationGradients(int n, Loss loss) {
    outputs(n);
    Arrays.fill(dOut, 0, n * outputs.length, 0);
    loss.at(batchOut, dOut);
    int size = network.observations().size();
    float[] gradients = new float[n * size];
    for (int i = 0; i < n; i++) {
      backward(i, dOut, i * outputs.length, null);
      System.arraycopy(delta, 0, gradients, i * size, size);
    }
    return gradients;
  }

  /**
   * Leaves ∂loss/∂unit of all units in {@link #delta}.
   *
   * @param dTheta the gradient of the parameters is added to it; null where nobody asks for it
   */
  private void backward(int i, float[] dOuts, int at, float @Nullable [] dTheta) {
    Arrays.fill(delta, 0);
    for (int k = 0; k < outputs.length; k++) {
      delta[outputs[k]] = dOuts[at + k];
    }
    for (int l = layers.length - 1; l >= 0; l--) {
      layerBackward(layers[l], units[i], delta, theta, dTheta);
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
        network,
        new DenseLayers(Arrays.asList(layers), delta.length, outputs),
        new Parameters(network.size()),
        false,
        states,
        versions);
  }

  @Override
  public void close() {}

  private void refresh() {
    if (shared) {
      source.read(0, theta, theta.length);
      Arrays.fill(computed, STALE);
    }
  }

  private void compute(int i) {
    if (computed[i] != versions[i]) {
      System.arraycopy(states[i], 0, units[i], 0, states[i].length);
      for (DenseLayers.Layer layer : layers) {
        layerForward(layer, units[i], theta);
      }
      computed[i] = shared ? STALE : versions[i];
    }
  }

  private void read(int i, float[] into, int at) {
    for (int k = 0; k < outputs.length; k++) {
      into[at + k] = units[i][outputs[k]];
    }
  }

  // Four sums at once: one alone would wait for each addition before the next.
  private static void layerForward(DenseLayers.Layer l, float[] units, float[] theta) {
    int end = l.in() + l.inputs();
    int unrolled = l.in() + (l.inputs() & ~3);
    for (int o = 0; o < l.outputs(); o++) {
      int w = l.weight() + o * l.inputs() - l.in();
      float a = l.bias() < 0 ? 0 : theta[l.bias() + o];
      float b = 0;
      float c = 0;
      float d = 0;
      int i = l.in();
      for (; i < unrolled; i += 4) {
        a += theta[w + i] * units[i];
        b += theta[w + i + 1] * units[i + 1];
        c += theta[w + i + 2] * units[i + 2];
        d += theta[w + i + 3] * units[i + 3];
      }
      for (; i < end; i++) {
        a += theta[w + i] * units[i];
      }
      units[l.out() + o] = (a + b) + (c + d);
    }
    l.activation().apply(units, l.out(), l.out() + l.outputs());
  }

  private static void layerBackward(
      DenseLayers.Layer l,
      float[] units,
      float[] delta,
      float[] theta,
      float @Nullable [] gradient) {
    l.activation().derive(units, delta, l.out(), l.out() + l.outputs());
    for (int o = 0; o < l.outputs(); o++) {
      float d = delta[l.out() + o];
      if (d != 0) {
        int w = l.weight() + o * l.inputs();
        addMultiple(d, theta, w, delta, l.in(), l.inputs());
        if (gradient != null) {
          addMultiple(d, units, l.in(), gradient, w, l.inputs());
        }
        if (gradient != null && l.bias() >= 0) {
          gradient[l.bias() + o] += d;
        }
      }
    }
  }

  /** {@code y += d · x}: a loop that the just-in-time compiler turns into vector instructions. */
  private static void addMultiple(float d, float[] x, int xFrom, float[] y, int yFrom, int count) {
    for (int i = 0; i < count; i++) {
      y[yFrom + i] += d * x[xFrom + i];
    }
  }
}
