package dev.stampede.nn;

import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;

/** The tensor library, started once and told to stay on this machine and on the calling thread. */
public final class Engine {
  private static final class Holder {
    static final ai.djl.engine.Engine ENGINE = start();

    private static ai.djl.engine.Engine start() {
      // Before the engine's classes load: no downloads, no usage statistics.
      System.setProperty("ai.djl.offline", "true");
      System.setProperty("OPT_OUT_TRACKING", "true");
      // One actor-learner is one thread; helper threads of the tensor library would only fight over
      // the cores.
      System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
      System.setProperty("ai.djl.pytorch.num_threads", "1");
      return ai.djl.engine.Engine.getEngine("PyTorch");
    }
  }

  private Engine() {}

  /** A new manager for native memory that nobody else closes. */
  static PtNDManager newManager() {
    NDManager manager = Holder.ENGINE.newBaseManager();
    return (PtNDManager) manager;
  }

  /**
   * To be called first on each thread that computes: one native thread, and no graph unless asked
   * for.
   */
  public static void prepareThread() {
    Holder.ENGINE.getEngineName();
    JniUtils.setNumThreads(1);
    JniUtils.setGradMode(false);
  }

  /** Name and version, such as {@code PyTorch 2.7.1}; loads the engine if need be. */
  public static String version() {
    return Holder.ENGINE.getEngineName() + " " + Holder.ENGINE.getVersion();
  }

  /** GPUs that it can compute on; 0 where it was built for the CPU. */
  public static int gpus() {
    return Holder.ENGINE.hasCapability(StandardCapabilities.CUDA) ? Holder.ENGINE.getGpuCount() : 0;
  }
}
