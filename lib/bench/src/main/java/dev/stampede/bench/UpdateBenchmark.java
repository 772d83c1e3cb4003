package dev.stampede.bench;

import ai.djl.nn.Block;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.nn.Initialization;
import dev.stampede.nn.LocalNetwork;
import dev.stampede.nn.Network;
import dev.stampede.nn.Networks;
import dev.stampede.nn.Networks.Nonlinearity;
import dev.stampede.nn.Parameters;
import dev.stampede.nn.RmsProp;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The parts of one A3C update of five steps. {@code mvn -q -Pjmh -Djmh=UpdateBenchmark -DskipTests
 * -pl lib/bench -am verify}
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class UpdateBenchmark {
  private static final int STEPS = 5;

  /** Which network. */
  @Param({"conv", "mlp"})
  public String network = "mlp";

  private Network shape =
      new Network(Networks.mlp(Space.Box.floats(1), 1, Nonlinearity.TANH), Space.Box.floats(1));
  private Parameters theta = new Parameters(1);
  private LocalNetwork local = shape.local(1);
  private RmsProp optimizer = new RmsProp(1, 0.99, 0.1, 40);

  /** Makes the network and fills the states. */
  @Setup
  public void setUp() {
    local.close();
    boolean conv = network.equals("conv");
    Space.Box box = conv ? Space.Box.bytes(4, 84, 84) : Space.Box.floats(4);
    Block block = conv ? Networks.smallConv(5) : Networks.mlp(box, 3, Nonlinearity.TANH, 64, 64);
    shape = new Network(block, box);
    theta = new Parameters(shape.size());
    SplittableRandom random = new SplittableRandom(1);
    theta.set(Initialization.TORCH.values(shape, random));
    local = shape.local(STEPS + 1);
    optimizer = new RmsProp(shape.size(), 0.99, 0.1, 40);
    for (int i = 0; i <= STEPS; i++) {
      byte[] bytes = new byte[box.size()];
      float[] floats = new float[box.size()];
      for (int j = 0; j < bytes.length; j++) {
        bytes[j] = (byte) random.nextInt(256);
        floats[j] = (float) random.nextDouble();
      }
      local.put(i, conv ? Observation.of(bytes) : Observation.of(floats));
    }
  }

  /** Releases native memory. */
  @TearDown
  public void tearDown() {
    local.close();
  }

  /** θ′ ← θ. */
  @Benchmark
  public void sync() {
    local.sync(theta);
  }

  /** One forward pass of one state. */
  @Benchmark
  public float act() {
    return local.forward(0)[0];
  }

  /** Forward and backward over five states. */
  @Benchmark
  public double backward() {
    return local.backward(STEPS, UpdateBenchmark::loss, dTheta -> {});
  }

  /** The same with the update of θ. */
  @Benchmark
  public double backwardAndOptimizer() {
    return local.backward(
        STEPS, UpdateBenchmark::loss, dTheta -> optimizer.update(theta, dTheta, 1e-9));
  }

  /** All of it: sync, five forward passes to act and one to bootstrap, backward, update. */
  @Benchmark
  public double update() {
    sync();
    for (int i = 0; i <= STEPS; i++) {
      local.forward(i);
    }
    return backwardAndOptimizer();
  }

  private static double loss(float[] out, float[] dOut) {
    for (int i = 0; i < dOut.length; i++) {
      dOut[i] = 0.01f * i;
    }
    return 0;
  }
}
