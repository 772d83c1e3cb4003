package dev.stampede.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDManager;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * θ as a safetensors file, one tensor for each parameter of the block, readable from Python and
 * elsewhere.
 */
public final class ParametersFile {
  private ParametersFile() {}

  /** Writes θ; the file is there whole or not at all. */
  public static void write(Path file, Network network, float[] theta) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + ".part");
    try (PtNDManager manager = Engine.newManager();
        OutputStream out = new BufferedOutputStream(Files.newOutputStream(part))) {
      NDList list = new NDList();
      for (Network.Place place : network.places()) {
        float[] values = new float[place.count()];
        System.arraycopy(theta, place.from(), values, 0, values.length);
        NDArray array = manager.create(values, place.shape());
        array.setName(place.name());
        list.add(array);
      }
      list.encode(out, NDList.Encoding.SAFETENSORS);
    }
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  /**
   * Reads θ for this network.
   *
   * @throws IllegalArgumentException if the file's tensors are not this network's
   */
  public static float[] read(Path file, Network network) throws IOException {
    float[] theta = new float[network.size()];
    try (PtNDManager manager = Engine.newManager();
        InputStream in = Files.newInputStream(file)) {
      NDList list = NDList.decode(manager, in);
      for (Network.Place place : network.places()) {
        NDArray array = list.get(place.name());
        if (array == null
            || array.getDataType() != DataType.FLOAT32
            || !array.getShape().equals(place.shape())) {
          throw new IllegalArgumentException(
              file
                  + ": expected a float32 tensor "
                  + place.name()
                  + " of shape "
                  + place.shape()
                  + " but found "
                  + (array == null
                      ? "none of that name"
                      : array.getDataType() + " " + array.getShape())
                  + "; were these parameters trained with another network?");
        }
        System.arraycopy(array.toFloatArray(), 0, theta, place.from(), place.count());
      }
    }
    return theta;
  }
}
