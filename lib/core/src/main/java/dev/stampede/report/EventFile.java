package dev.stampede.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * Scalars as TensorBoard reads them: protocol buffers of type {@code tensorflow.Event}, framed as
 * TFRecords with masked CRC-32C sums. For one thread.
 */
final class EventFile implements AutoCloseable {
  private static final int WALL_TIME = 1; // Fields of Event
  private static final int STEP = 2;
  private static final int FILE_VERSION = 3;
  private static final int SUMMARY = 5;
  private static final int VALUE = 1; // of Summary
  private static final int TAG = 1; // and of Summary.Value.
  private static final int SIMPLE_VALUE = 2;

  private static final int VARINT = 0; // How a field is encoded.
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;
  private static final int FIXED_32 = 5;

  private final OutputStream out;

  EventFile(OutputStream out, double wallTime) throws IOException {
    this.out = out;
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    fixed64(event, WALL_TIME, wallTime);
    bytes(event, FILE_VERSION, utf8("brain.Event:2"));
    record(event.toByteArray());
  }

  /**
   * @param wallTime seconds since 1970
   */
  void scalar(String tag, long step, double wallTime, double value) throws IOException {
    ByteArrayOutputStream point = new ByteArrayOutputStream();
    bytes(point, TAG, utf8(tag));
    fixed32(point, SIMPLE_VALUE, (float) value);
    ByteArrayOutputStream summary = new ByteArrayOutputStream();
    bytes(summary, VALUE, point.toByteArray());
    ByteArrayOutputStream event = new ByteArrayOutputStream();
    fixed64(event, WALL_TIME, wallTime);
    varint(event, STEP, step);
    bytes(event, SUMMARY, summary.toByteArray());
    record(event.toByteArray());
  }

  /** Length, its sum, content, its sum. */
  private void record(byte[] content) throws IOException {
    byte[] length = little(8).putLong(content.length).array();
    out.write(length);
    out.write(maskedSum(length));
    out.write(content);
    out.write(maskedSum(content));
  }

  private static byte[] maskedSum(byte[] content) {
    CRC32C crc = new CRC32C();
    crc.update(content);
    int sum = (int) crc.getValue();
    return little(4).putInt(Integer.rotateRight(sum, 15) + 0xa282ead8).array();
  }

  private static void fixed64(ByteArrayOutputStream to, int field, double value) {
    key(to, field, FIXED_64);
    to.writeBytes(little(8).putDouble(value).array());
  }

  private static void fixed32(ByteArrayOutputStream to, int field, float value) {
    key(to, field, FIXED_32);
    to.writeBytes(little(4).putFloat(value).array());
  }

  private static void varint(ByteArrayOutputStream to, int field, long value) {
    key(to, field, VARINT);
    varint(to, value);
  }

  private static void bytes(ByteArrayOutputStream to, int field, byte[] content) {
    key(to, field, LENGTH_DELIMITED);
    varint(to, content.length);
    to.writeBytes(content);
  }

  private static void key(ByteArrayOutputStream to, int field, int encoding) {
    varint(to, (long) field << 3 | encoding);
  }

  /** Seven bits a byte, the lowest first; the eighth says that more follow. */
  private static void varint(ByteArrayOutputStream to, long value) {
    long left = value;
    for (; left > 0x7f; left >>>= 7) {
      to.write((int) (left & 0x7f | 0x80));
    }
    to.write((int) left);
  }

  private static ByteBuffer little(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}
