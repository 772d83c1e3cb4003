package dev.stampede.replay;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.util.zip.CRC32C;

/**
 * Bytes with a format number before them and their length, and a checksum after them. The two are
 * in little endian.
 */
final class Checked {
  private static final int LARGEST = 1 << 28;

  private Checked() {}

  static void write(byte format, byte[] body, DataOutput target) throws IOException {
    target.writeByte(format);
    target.writeInt(Integer.reverseBytes(body.length));
    target.write(body);
    target.writeInt(Integer.reverseBytes(checksum(body)));
  }

  /**
   * @param what these bytes are, for the message
   * @throws IOException if they are damaged, or of another format
   */
  static byte[] read(String what, byte format, DataInput source) throws IOException {
    try {
      int actual = source.readByte();
      if (actual != format) {
        throw new IOException(
            what
                + ": expected version %d but got %d; use the same version of Stampede on both sides"
                    .formatted(format, actual));
      }
      return body(what, source);
    } catch (EOFException e) {
      EOFException said = new EOFException(what + ": damaged, the end is missing");
      said.initCause(e);
      throw said;
    }
  }

  private static byte[] body(String what, DataInput source) throws IOException {
    int length = Integer.reverseBytes(source.readInt());
    if (length < 0 || length > LARGEST) {
      throw new IOException(what + ": damaged, their length is given as " + length);
    }
    byte[] body = new byte[length];
    source.readFully(body);
    if (Integer.reverseBytes(source.readInt()) != checksum(body)) {
      throw new IOException(what + ": damaged, the checksum is another");
    }
    return body;
  }

  private static int checksum(byte[] body) {
    CRC32C checksum = new CRC32C();
    checksum.update(body);
    return (int) checksum.getValue();
  }
}
