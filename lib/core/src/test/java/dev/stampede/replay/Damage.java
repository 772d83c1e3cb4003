package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;

/** What becomes of messages on a bad way. */
final class Damage {
  private Damage() {}

  /** Reads a message. */
  interface Reader {
    Object read(byte[] bytes) throws IOException;
  }

  /** Any bit that changed is noticed, and any part is refused. */
  static void isNoticed(String what, byte[] whole, Reader reader) {
    for (int bit = 0; bit < 8 * whole.length; bit++) {
      byte[] damaged = whole.clone();
      damaged[bit / 8] ^= (byte) (1 << bit % 8);

      assertThatThrownBy(() -> reader.read(damaged))
          .isInstanceOf(IOException.class)
          .hasMessageMatching(what + ": (damaged.*|expected version .*same version of Stampede.*)");
    }
    for (int length = 0; length < whole.length; length++) {
      byte[] part = Arrays.copyOf(whole, length);

      assertThatThrownBy(() -> reader.read(part))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(what + ": damaged, the end is missing");
    }
  }
}
