package dev.stampede.replay;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Pages straight from the system: they count neither towards the heap nor towards the JVM's limit
 * for direct buffers, and go back when told so, which buffers of the JVM itself do not.
 */
final class Mmap {
  private static final int READ_AND_WRITE = 3;
  private static final int SHARED = 1;
  private static final int PRIVATE = 2;
  private static final int ANONYMOUS = Platform.isMac() ? 0x1000 : 0x20;
  private static final int OPEN_FOR_BOTH = 2;

  private Mmap() {}

  static boolean available() {
    return Platform.is64Bit() && (Platform.isLinux() || Platform.isMac());
  }

  /** Zeroed memory. */
  static Pointer memory(long bytes) {
    return map(bytes, PRIVATE | ANONYMOUS, -1, 0);
  }

  /** A part of a file that {@link #open} opened, which must have that part. */
  static Pointer file(int descriptor, long offset, long bytes) {
    return map(bytes, SHARED, descriptor, offset);
  }

  static ByteBuffer buffer(Pointer pages, int bytes) {
    return pages.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
  }

  /** Gives pages back; whoever still touches them crashes the JVM. */
  static void unmap(Pointer pages, long bytes) {
    call("munmap", pages, bytes);
  }

  static int open(Path file) {
    int descriptor = call("open", file.toString(), OPEN_FOR_BOTH);
    if (descriptor < 0) {
      throw new IllegalStateException("cannot open " + file + " to map it into memory");
    }
    return descriptor;
  }

  static void close(int descriptor) {
    call("close", descriptor);
  }

  private static Pointer map(long bytes, int flags, int descriptor, long offset) {
    Pointer pages =
        NativeLibrary.getProcess()
            .getFunction("mmap")
            .invokePointer(
                new Object[] {Pointer.NULL, bytes, READ_AND_WRITE, flags, descriptor, offset});
    if (Pointer.nativeValue(pages) == -1) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the system gives the replay no more memory: %,d bytes were refused; make it smaller",
              bytes));
    }
    return pages;
  }

  private static int call(String function, Object... arguments) {
    return NativeLibrary.getProcess().getFunction(function).invokeInt(arguments);
  }
}
