package dev.stampede.nn;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Memory outside the heap, which tensors can lie over without a copy. */
final class NativeMemory {
  private NativeMemory() {}

  /** Zeroed memory in native byte order. It lives as long as the buffer is referenced. */
  static ByteBuffer allocate(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
  }
}
