package dev.stampede.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.jspecify.annotations.Nullable;

/**
 * LSTM cells with the parameters and formulas of {@code torch.nn.LSTMCell}: gates i, f, g, o, one
 * below the other in each weight; c′ = σ(f) c + σ(i) tanh(g), h′ = σ(o) tanh(c′). Hochreiter and
 * Schmidhuber (1997) with the forget gate of Gers et al. (2000).
 *
 * <p>Takes x, shape (time · batch, features), and h and c, shape (batch, cells); gives h after each
 * step, shape (time · batch, cells), and the last h and c. Row t · batch + b is step t of sequence
 * b.
 */
final class Lstm extends AbstractBlock {
  private static final int GATES = 4;

  private final int cells;
  private final Parameter inputWeight;
  private final Parameter hiddenWeight;
  private final Parameter inputBias;
  private final Parameter hiddenBias;

  Lstm(int cells) {
    this.cells = cells;
    inputWeight = addParameter(parameter("weight_ih", Parameter.Type.WEIGHT));
    hiddenWeight = addParameter(parameter("weight_hh", Parameter.Type.WEIGHT));
    inputBias = addParameter(parameter("bias_ih", Parameter.Type.BIAS));
    hiddenBias = addParameter(parameter("bias_hh", Parameter.Type.BIAS));
  }

  int cells() {
    return cells;
  }

  @Override
  protected void prepare(Shape[] inputs) {
    inputWeight.setShape(new Shape(GATES * cells, inputs[0].get(1)));
    hiddenWeight.setShape(new Shape(GATES * cells, cells));
    inputBias.setShape(new Shape(GATES * cells));
    hiddenBias.setShape(new Shape(GATES * cells));
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store,
      NDList inputs,
      boolean training,
      @Nullable PairList<String, Object> params) {
    NDArray x = inputs.get(0);
    NDArray h = inputs.get(1);
    NDArray c = inputs.get(2);
    Device device = x.getDevice();
    NDList weights =
        new NDList(
            store.getValue(inputWeight, device, training),
            store.getValue(hiddenWeight, device, training),
            store.getValue(inputBias, device, training),
            store.getValue(hiddenBias, device, training));
    long batch = h.getShape().get(0);
    long time = x.getShape().get(0) / batch;
    return time == 1 ? step(x, h, c, weights) : sequence(x, h, c, weights, training, time, batch);
  }

  /**
   * One step by hand: the library's own operation takes 2 to 4 times as long for it, because it
   * lays the weights out anew.
   */
  private static NDList step(NDArray x, NDArray h, NDArray c, NDList w) {
    NDArray gates = Linear.linear(x, w.get(0), w.get(2)).head();
    gates.addi(Linear.linear(h, w.get(1), w.get(3)).head());
    NDList parts = gates.split(GATES, 1);
    NDArray i = Activation.sigmoid(parts.get(0));
    NDArray f = Activation.sigmoid(parts.get(1));
    NDArray g = parts.get(2).tanh();
    NDArray o = Activation.sigmoid(parts.get(3));
    NDArray nextC = f.mul(c).add(i.mul(g));
    NDArray nextH = o.mul(nextC.tanh());
    return new NDList(nextH, nextH, nextC);
  }

  private NDList sequence(
      NDArray x, NDArray h, NDArray c, NDList weights, boolean training, long time, long batch) {
    NDList out =
        x.getNDArrayInternal()
            .lstm(
                x.reshape(time, batch, x.getShape().get(1)),
                new NDList(h.expandDims(0), c.expandDims(0)),
                weights,
                true,
                1,
                0,
                training,
                false,
                false);
    return new NDList(
        out.get(0).reshape(time * batch, cells), out.get(1).squeeze(0), out.get(2).squeeze(0));
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs) {
    return new Shape[] {new Shape(inputs[0].get(0), cells), inputs[1], inputs[2]};
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputs, DataType[] types) {
    return getOutputShapes(inputs);
  }

  private static Parameter parameter(String name, Parameter.Type type) {
    return Parameter.builder().setName(name).setType(type).build();
  }
}
