package dev.stampede.replay;

import dev.stampede.env.Action;
import dev.stampede.env.Observation;
import dev.stampede.env.Space;
import dev.stampede.env.Step;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * An actor whose every byte can be told from its number and the step's: a transition that was torn
 * proves itself wrong.
 */
final class Hashed {
  static final Space.Box STACK = Space.Box.bytes(4, 84, 84);
  static final Space ACTIONS = new Space.Discrete(18);
  static final int FRAME = 84 * 84;
  private static final int EPISODE = 400;

  private final int actor;
  private final LocalBuffer buffer;
  private final byte[] stack = new byte[4 * FRAME];
  private long t;

  Hashed(int actor) {
    this.actor = actor;
    this.buffer = new LocalBuffer(actor, 1, 0.5, STACK, ACTIONS, 0);
  }

  /** The next {@code size} steps, an episode's end every so often. */
  Transitions block(int size) {
    for (int i = 0; i < size; i++) {
      step();
    }
    return buffer.take();
  }

  private void step() {
    if (t % EPISODE == 0) {
      for (int plane = 0; plane < 4; plane++) {
        frame(actor, t, ByteBuffer.wrap(stack, plane * FRAME, FRAME));
      }
      buffer.start(Observation.of(stack));
    }
    long action = t++;
    System.arraycopy(stack, FRAME, stack, 0, 3 * FRAME);
    frame(actor, t, ByteBuffer.wrap(stack, 3 * FRAME, FRAME));
    buffer.add(
        Action.of((int) (action % 18)),
        new float[0],
        new Step(Observation.of(stack), reward(actor, action), t % EPISODE == 0, false));
  }

  private static double reward(int actor, long step) {
    return actor + 1e6 * step;
  }

  private static void frame(int actor, long step, ByteBuffer target) {
    long state = (actor + 1L) << 40 | step;
    target.order(ByteOrder.LITTLE_ENDIAN);
    while (target.hasRemaining()) {
      target.putLong(state);
      state = state * 0x9E3779B97F4A7C15L + 1;
    }
  }

  /** What is wrong with a transition that was drawn; empty if nothing is. */
  static String wrong(Batch batch, int j) {
    int actor = (int) (batch.reward(j) % 1e6);
    long t = (long) (batch.reward(j) / 1e6);
    long next = t + 1;
    long start = t / EPISODE * EPISODE;
    if (batch.action(j).index() != t % 18) {
      return "action %s of step %d".formatted(batch.action(j), t);
    }
    if (batch.discount(j) != (next % EPISODE == 0 ? 0 : 0.5)) {
      return "discount %s of step %d".formatted(batch.discount(j), t);
    }
    return different(batch.state(j), actor, t, start)
        + different(batch.next(j), actor, next, start);
  }

  private static String different(Observation observation, int actor, long step, long start) {
    ByteBuffer expected = ByteBuffer.allocate(4 * FRAME);
    for (int plane = 0; plane < 4; plane++) {
      frame(actor, Math.max(start, step - 3 + plane), expected.slice(plane * FRAME, FRAME));
    }
    int at = expected.mismatch(ByteBuffer.wrap(RandomEpisodes.bytes(observation)));
    return at < 0 ? "" : "actor %d, step %d: byte %d".formatted(actor, step, at);
  }
}
