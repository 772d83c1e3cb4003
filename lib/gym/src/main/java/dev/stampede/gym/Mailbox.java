package dev.stampede.gym;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Memory in which a worker finds calls and answers them while both sides look for each other's
 * word; mailbox.py describes what lies where. Belongs to one thread at a time, but for {@link
 * #answered}.
 */
final class Mailbox {
  private static final int ANSWERED = 0;
  private static final int ASLEEP = 4;
  private static final int CALLED = 64;
  private static final int LENGTH = 68;
  private static final int CALL = 72;
  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(int[].class, ByteOrder.nativeOrder());

  private final ByteBuffer memory;
  private volatile int number;

  private Mailbox(ByteBuffer memory) {
    this.memory = memory;
  }

  /**
   * Maps it.
   *
   * @param path where it is; null if there is none
   * @return nothing if there is none, or none that can be mapped here
   */
  static Optional<Mailbox> at(@Nullable String path) {
    if (path == null) {
      return Optional.empty();
    }
    try {
      ByteBuffer memory = SharedMemory.map(Path.of(path));
      return memory.capacity() > CALL ? Optional.of(new Mailbox(memory)) : Optional.empty();
    } catch (IOException | RuntimeException e) { // Then calls go over the pipe.
      return Optional.empty();
    }
  }

  /** Whether there is room for this call. */
  boolean holds(byte[] call) {
    return call.length <= memory.capacity() - CALL;
  }

  /**
   * Makes a call. It has to be answered before the next one.
   *
   * @return whether the worker sleeps, perhaps, and has to be woken up
   */
  boolean put(byte[] call) {
    memory.put(CALL, call);
    memory.putInt(LENGTH, call.length);
    number = (number + 1) & Integer.MAX_VALUE;
    WORD.setVolatile(memory, CALLED, number);
    return (int) WORD.getVolatile(memory, ASLEEP) != 0;
  }

  /** Whether the last call has been answered. For any thread. */
  boolean answered() {
    return (int) WORD.getAcquire(memory, ANSWERED) >>> 1 == number;
  }

  /** Whether the answer is more than that the call is done, and comes over the pipe. As above. */
  boolean answerFollows() {
    return (memory.getInt(ANSWERED) & 1) != 0;
  }
}
