package dev.stampede.nn;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What an actor acts with, all of one version.
 *
 * <p>As bytes: a format number, the version, how many parameters each has, the parameters as
 * float32, a checksum (CRC-32C) of all that; in little endian. Which parameter is which layer's is
 * not in it: both sides must have the same networks.
 *
 * @param theta θ
 * @param phi φ, of a method that has a critic
 */
public record ActorParameters(Parameters theta, Optional<Parameters> phi) {
  private static final byte FORMAT = 1;
  private static final int HEAD = 1 + 2 * Long.BYTES + 2 * Integer.BYTES;

  /** Of these sizes, all zero; {@code phi} is 0 where there is no critic. */
  public static ActorParameters zeros(int theta, int phi) {
    return new ActorParameters(
        new Parameters(theta), phi == 0 ? Optional.empty() : Optional.of(new Parameters(phi)));
  }

  /** Writes all of it, so that {@link #read} knows a damaged one. */
  public void write(ParameterVersion version, DataOutput target) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(length()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put(FORMAT).putLong(version.epoch()).putLong(version.counter());
    bytes.putInt(theta.size()).putInt(sizeOfPhi());
    put(theta, bytes);
    phi.ifPresent(each -> put(each, bytes));
    bytes.putInt(checksum(bytes.array()));
    target.write(bytes.array());
  }

  /**
   * Replaces all values by those that {@link #write} wrote; none where it throws.
   *
   * @return their version
   * @throws IOException if they are damaged, of another format, or of networks of other sizes
   */
  public ParameterVersion read(DataInput source) throws IOException {
    byte[] all = new byte[length()];
    ByteBuffer bytes = ByteBuffer.wrap(all).order(ByteOrder.LITTLE_ENDIAN);
    try {
      source.readFully(all, 0, HEAD);
      checkHead(bytes);
      source.readFully(all, HEAD, all.length - HEAD);
    } catch (EOFException e) {
      throw new IOException("parameters: damaged, they end too early", e);
    }
    if (bytes.getInt(all.length - Integer.BYTES) != checksum(all)) {
      throw new IOException("parameters: damaged, the checksum is another");
    }
    ParameterVersion version =
        new ParameterVersion(bytes.getLong(1), bytes.getLong(1 + Long.BYTES));
    bytes.position(HEAD);
    take(theta, bytes);
    phi.ifPresent(each -> take(each, bytes));
    return version;
  }

  private void checkHead(ByteBuffer head) throws IOException {
    if (head.get(0) != FORMAT) {
      throw new IOException(
          "parameters: expected format %d but got %d; use the same version of Stampede on both sides"
              .formatted(FORMAT, head.get(0)));
    }
    int ofTheta = head.getInt(HEAD - 2 * Integer.BYTES);
    int ofPhi = head.getInt(HEAD - Integer.BYTES);
    if (ofTheta != theta.size() || ofPhi != sizeOfPhi()) {
      throw new IOException(
          "parameters: expected %d and %d of the critic but got %d and %d; they are damaged, or the learner has other networks than its actors"
              .formatted(theta.size(), sizeOfPhi(), ofTheta, ofPhi));
    }
  }

  private int sizeOfPhi() {
    return phi.map(Parameters::size).orElse(0);
  }

  private int length() {
    long floats = (long) theta.size() + sizeOfPhi();
    return Math.toIntExact(HEAD + floats * Float.BYTES + Integer.BYTES);
  }

  private static void put(Parameters from, ByteBuffer bytes) {
    bytes.asFloatBuffer().put(from.toArray());
    bytes.position(bytes.position() + from.size() * Float.BYTES);
  }

  private static void take(Parameters into, ByteBuffer bytes) {
    float[] values = new float[into.size()];
    bytes.asFloatBuffer().get(values);
    into.set(values);
    bytes.position(bytes.position() + values.length * Float.BYTES);
  }

  /** Of all but the last four bytes. */
  private static int checksum(byte[] bytes) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, bytes.length - Integer.BYTES);
    return (int) checksum.getValue();
  }
}
