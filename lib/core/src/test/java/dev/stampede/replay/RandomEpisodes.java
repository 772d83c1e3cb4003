package dev.stampede.replay;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** One actor's random steps in stacked pictures, and every transition that they should give. */
final class RandomEpisodes {
  static final Space.Box STACK = Space.Box.bytes(3, 4, 5);
  static final Space ACTIONS = new Space.Discrete(6);
  private static final int FRAME = 20;

  /** A transition as plain values. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Expected(
      byte[] state, int action, double reward, double discount, byte[] next, float[] nextOut) {}

  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Taken(byte[] state, int action, double reward) {}

  private final SplittableRandom random;
  private final LocalBuffer buffer;
  private final int n;
  private final double gamma;
  private final int outputs;
  private final List<Taken> episode = new ArrayList<>();
  private byte[] stack = {};
  private boolean running;
  private int seen;

  /** All that {@link #step} led to, in the order in which it was finished. */
  final List<Expected> expected = new ArrayList<>();

  RandomEpisodes(int actor, int n, double gamma, int outputs, long seed) {
    this.random = new SplittableRandom(seed);
    this.buffer = new LocalBuffer(actor, n, gamma, STACK, ACTIONS, outputs);
    this.n = n;
    this.gamma = gamma;
    this.outputs = outputs;
  }

  LocalBuffer buffer() {
    return buffer;
  }

  /** The outputs for a state, so that each state can be told by them. */
  static float[] outputs(byte[] state, int count) {
    float[] outputs = new float[count];
    for (int i = 0; i < count; i++) {
      outputs[i] = ByteBuffer.wrap(state).getInt(state.length - 4 - i);
    }
    return outputs;
  }

  void step() {
    if (!running) {
      stack = first();
      buffer.start(Observation.of(stack.clone()));
      running = true;
    }
    Step.Ending ending = ending();
    boolean lost = ending == Step.Ending.LOST;
    byte[] next = lost ? stack : shifted();
    int action = random.nextInt(6);
    double reward = random.nextInt(-3, 4);
    float[] out = outputs(stack, outputs);
    buffer.add(
        Action.of(action),
        out,
        new Step(Observation.of(next.clone()), reward, ending, Optional.empty()));
    if (!lost) {
      episode.add(new Taken(stack, action, reward));
    }
    stack = next;
    if (ending != Step.Ending.NONE) {
      buffer.bootstrap(outputs(stack, outputs));
      running = false;
      end(ending == Step.Ending.TERMINATED);
    }
  }

  /** By the definition, step by step over the whole episode. */
  private void end(boolean terminated) {
    int length = episode.size();
    for (int t = 0; t < length; t++) {
      int steps = Math.min(n, length - t);
      double sum = 0;
      for (int i = 0; i < steps; i++) {
        sum += Math.pow(gamma, i) * episode.get(t + i).reward;
      }
      boolean last = t + steps == length;
      byte[] next = last ? stack : episode.get(t + steps).state;
      boolean zero = last && terminated;
      Taken taken = episode.get(t);
      expected.add(
          new Expected(
              taken.state,
              taken.action,
              sum,
              zero ? 0 : Math.pow(gamma, steps),
              next,
              zero ? new float[outputs] : outputs(next, outputs)));
    }
    episode.clear();
  }

  private Step.Ending ending() {
    int draw = random.nextInt(30);
    return draw == 0
        ? Step.Ending.TERMINATED
        : draw == 1 ? Step.Ending.TRUNCATED : draw == 2 ? Step.Ending.LOST : Step.Ending.NONE;
  }

  private byte[] first() {
    byte[] picture = picture();
    return ByteBuffer.allocate(3 * FRAME).put(picture).put(picture).put(picture).array();
  }

  private byte[] shifted() {
    return ByteBuffer.allocate(3 * FRAME).put(stack, FRAME, 2 * FRAME).put(picture()).array();
  }

  private byte[] picture() {
    byte[] picture = new byte[FRAME];
    random.nextBytes(picture);
    ByteBuffer.wrap(picture).putInt(seen++);
    return picture;
  }

  static byte[] bytes(Observation observation) {
    byte[] bytes = new byte[observation.bytes()];
    observation.copyTo(ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()));
    return bytes;
  }
}
