package dev.stampede.nn;

import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A linear function of tile-coded features in plain Java: acting costs as many additions as there
 * are tilings, however many weights there are. Parameters and their meaning are the block's.
 */
final class TileNetwork implements LocalNetwork {
  private final Network network;
  private final TileCoded block;
  private final Parameters theta;
  private final boolean shared;
  private final int[][] states;
  private final float[] point;
  private final ByteBuffer raw;
  private final FloatBuffer rawFloats;
  private final float[] out;
  private final float[] batchOut;
  private final float[] dOut;

  /**
   * @param theta θ′, or the shared θ itself
   */
  TileNetwork(Network network, TileCoded block, Parameters theta, boolean shared, int capacity) {
    this(network, block, theta, shared, new int[capacity][block.coding().tilings()]);
  }

  private TileNetwork(
      Network network, TileCoded block, Parameters theta, boolean shared, int[][] states) {
    this.network = network;
    this.block = block;
    this.theta = theta;
    this.shared = shared;
    this.states = states;
    this.point = new float[block.coding().dimensions()];
    this.raw = ByteBuffer.allocate(network.observations().bytes()).order(ByteOrder.nativeOrder());
    this.rawFloats = raw.asFloatBuffer();
    this.out = new float[block.outputs()];
    this.batchOut = new float[states.length * out.length];
    this.dOut = new float[states.length * out.length];
  }

  @Override
  public void sync(Parameters from) {
    if (!shared) {
      theta.set(from);
    }
  }

  @Override
  public void start(int i, Observation first) {
    put(i, first);
  }

  @Override
  public void put(int i, Observation observation) {
    network.checkSize(observation);
    observation.copyTo(raw.clear());
    if (network.observations().element() == Space.Element.FLOAT32) {
      rawFloats.get(0, point);
    } else {
      for (int d = 0; d < point.length; d++) {
        point[d] = (raw.get(d) & 0xff) * (1 / 255f);
      }
    }
    block.coding().active(point, states[i]);
  }

  @Override
  public void copy(int from, int to) {
    System.arraycopy(states[from], 0, states[to], 0, states[to].length);
  }

  @Override
  public int[] active(int i) {
    return states[i];
  }

  @Override
  public float[] forward(int i) {
    compute(i, out, 0);
    return out;
  }

  @Override
  public float[] after(int i, Observation next) {
    put(states.length - 1, next);
    return forward(states.length - 1);
  }

  @Override
  public float[] outputs(int from, int n) {
    for (int i = 0; i < n; i++) {
      compute(from + i, batchOut, i * out.length);
    }
    return batchOut;
  }

  @Override
  public float[] observationGradient(int i, Loss loss) {
    throw new IllegalStateException(
        "expected a network whose outputs follow its observation smoothly, but those of tiles are"
            + " constant within each tile");
  }

  @Override
  public float[] observationGradients(int n, Loss loss) {
    return observationGradient(0, loss);
  }

  @Override
  public double backward(int n, Loss loss, GradientConsumer consumer) {
    return backward(IntStream.range(0, n).toArray(), loss, consumer);
  }

  @Override
  public double backward(int[] some, Loss loss, GradientConsumer consumer) {
    int n = some.length;
    for (int i = 0; i < n; i++) {
      compute(some[i], batchOut, i * out.length);
    }
    Arrays.fill(dOut, 0, n * out.length, 0);
    double value = loss.at(batchOut, dOut);
    float[] gradient = new float[network.size()];
    for (int i = 0; i < n; i++) {
      for (int k = 0; k < out.length; k++) {
        for (int feature : states[some[i]]) {
          gradient[k * block.coding().features() + feature] += dOut[i * out.length + k];
        }
      }
    }
    consumer.accept(new FlatGradient(gradient));
    return value;
  }

  @Override
  public float[] memory(int i) {
    return new float[0];
  }

  @Override
  public void setMemory(int b, float[] memory) {}

  @Override
  public LocalNetwork twin() {
    return new TileNetwork(network, block, new Parameters(network.size()), false, states);
  }

  @Override
  public void close() {}

  private void compute(int i, float[] into, int at) {
    int features = block.coding().features();
    for (int k = 0; k < out.length; k++) {
      double sum = 0;
      for (int feature : states[i]) {
        sum += theta.get(k * features + feature);
      }
      into[at + k] = (float) sum;
    }
  }
}
