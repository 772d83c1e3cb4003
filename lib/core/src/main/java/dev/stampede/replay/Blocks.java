package dev.stampede.replay;

import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Memory outside the heap, taken block by block and given back all at once. One thread at a time.
 */
abstract sealed class Blocks permits Blocks.Direct, Blocks.Memory, FileBlocks {
  private long bytes;

  /** In a new file, or in memory. */
  static Blocks of(Optional<Path> file) {
    if (file.isPresent()) {
      return FileBlocks.create(file.get());
    }
    return Mmap.available() ? new Memory() : new Direct();
  }

  /** Zeroed, in native byte order. Touching it after {@link #close} may crash the JVM. */
  final ByteBuffer allocate(int size) {
    ByteBuffer block = next(size);
    bytes += size;
    return block;
  }

  /** Taken so far. */
  final long bytes() {
    return bytes;
  }

  abstract ByteBuffer next(int size);

  abstract void close();

  /** Where pages of the system are not to be had. The collector frees it. */
  static final class Direct extends Blocks {
    @Override
    ByteBuffer next(int size) {
      return ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
    }

    @Override
    void close() {}
  }

  /** Pages of the system. */
  static final class Memory extends Blocks {
    /** Below this, looking for free memory costs more than it is worth. */
    private static final int LARGE = 1 << 20;

    private record Pages(Pointer start, int bytes) {}

    private final List<Pages> pages = new ArrayList<>();

    @Override
    ByteBuffer next(int size) {
      if (size >= LARGE) {
        FreeSpace.inMemory().requireForBlock(size, bytes());
      }
      Pages taken = new Pages(Mmap.memory(size), size);
      pages.add(taken);
      return Mmap.buffer(taken.start, size);
    }

    @Override
    void close() {
      pages.forEach(taken -> Mmap.unmap(taken.start, taken.bytes));
      pages.clear();
    }
  }
}
