package dev.stampede.nn;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A network's outputs for some states as an array, so that an expression over them can be
 * differentiated: the gradient at the outputs is all that a backward pass through the network needs
 * to know of a loss.
 *
 * <p>All arrays made from it live until it is closed. Nothing is made before the first is asked
 * for. Belongs to one thread.
 */
public final class DifferentiableOutputs implements AutoCloseable {
  private final float[] outputs;
  private final int rows;
  private final int columns;
  private @Nullable PtNDManager manager;
  private @Nullable PtNDArray leaf;
  private boolean gradModeBefore;

  /**
   * @param outputs row after row
   */
  public DifferentiableOutputs(float[] outputs, int rows, int columns) {
    this.outputs = outputs;
    this.rows = rows;
    this.columns = columns;
  }

  /** Where arrays can be made that live as long as this. */
  public NDManager manager() {
    if (manager == null) {
      manager = Engine.newManager();
    }
    return manager;
  }

  /** The outputs, shape (rows, columns). What is computed from it is differentiated. */
  public NDArray array() {
    if (leaf == null) {
      NDArray values =
          manager().create(FloatBuffer.wrap(outputs, 0, rows * columns), new Shape(rows, columns));
      leaf = JniUtils.detachGradient((PtNDArray) values);
      leaf.attach(manager());
      leaf.setRequiresGradient(true);
      gradModeBefore = JniUtils.isGradMode();
      JniUtils.setGradMode(true);
    }
    return leaf;
  }

  /**
   * The value of an expression, and its gradient at the outputs.
   *
   * @param expression one number
   * @param into ∂expression/∂outputs is added to it
   * @throws IllegalArgumentException if it is not one number, or does not come from {@link #array}
   */
  public double backward(NDArray expression, float[] into) {
    if (expression.size() != 1 || !expression.getDataType().isFloating()) {
      throw new IllegalArgumentException(
          "a term of a loss: expected one number but got shape "
              + expression.getShape()
              + " of type "
              + expression.getDataType()
              + "; end it with sum() or mean()");
    }
    // One number times a double is a float64; toType would lose what it was computed from.
    NDArray one = manager().ones(expression.getShape(), expression.getDataType());
    try {
      JniUtils.backward((PtNDArray) expression, (PtNDArray) one, false, false);
    } catch (EngineException e) { // There is no other way to ask: requiresGrad says no of all.
      throw new IllegalArgumentException(
          "a term of a loss: expected an expression over the network's outputs that can be"
              + " differentiated, but this one does not depend on them (toType() loses that): "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
          e);
    }
    PtNDArray dOut = JniUtils.getGradient(Objects.requireNonNull(leaf));
    dOut.attach(manager());
    FloatBuffer gradient = dOut.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
    for (int k = 0; k < rows * columns; k++) {
      into[k] += gradient.get(k);
    }
    return expression.toType(DataType.FLOAT32, false).toFloatArray()[0];
  }

  @Override
  public void close() {
    if (leaf != null) {
      JniUtils.setGradMode(gradModeBefore);
    }
    if (manager != null) {
      manager.close();
    }
  }
}
