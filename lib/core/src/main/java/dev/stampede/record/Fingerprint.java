package dev.stampede.record;

import dev.stampede.env.Observation;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of observations. For one thread. */
final class Fingerprint {
  private final MessageDigest sha256 = sha256();
  private ByteBuffer bytes = ByteBuffer.allocate(0);

  /**
   * Of the observation's bytes in C order, as they are in memory: little-endian on all machines
   * that this runs on.
   */
  String of(Observation observation) {
    if (bytes.capacity() < observation.bytes()) {
      bytes = ByteBuffer.allocate(observation.bytes());
    }
    bytes.clear().order(ByteOrder.nativeOrder());
    observation.copyTo(bytes);
    sha256.update(bytes.flip());
    return HexFormat.of().formatHex(sha256.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // Every JDK has it.
    }
  }
}
