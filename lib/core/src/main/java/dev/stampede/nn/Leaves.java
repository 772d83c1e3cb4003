package dev.stampede.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers a block's question for a parameter with one thread's own array, so that one block serves
 * all threads.
 */
class Leaves extends ParameterStore {
  private final Map<Parameter, NDArray> values = new IdentityHashMap<>();

  /**
   * The store's own manager would be a new child of the engine's, never closed: it is told to use
   * this one.
   */
  Leaves(NDManager manager) {
    super(manager, false);
  }

  void put(Parameter parameter, NDArray value) {
    values.put(parameter, value);
  }

  /** As DJL has it: a layer without a bias asks for null, and gets null. */
  @Override
  public @Nullable NDArray getValue(
      @Nullable Parameter parameter, Device device, boolean training) {
    if (parameter == null) {
      return null;
    }
    NDArray value = values.get(parameter);
    if (value == null) {
      throw new IllegalStateException(
          "the block asks for a parameter that is not its own: " + parameter.getName());
    }
    return value;
  }
}
