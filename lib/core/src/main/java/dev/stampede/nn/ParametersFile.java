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
import java.util.Optional;

/**
 * θ as a safetensors file, one tensor for each parameter of the block, readable from Python and
 * elsewhere.
 */
public final class ParametersFile {
  private static final String COUNT = "observations.count";
  private static final String MEAN = "observations.mean";
  private static final String VARIANCE = "observations.variance";

  private ParametersFile() {}

  /** Writes θ; the file is there whole or not at all. */
  public static void write(Path file, Network network, float[] theta) throws IOException {
    write(file, network, theta, Optional.empty());
  }

  /**
   * Writes θ and the moments by which observations were normalised, those as float64 tensors {@code
   * observations.count}, {@code observations.mean} and {@code observations.variance}.
   */
  public static void write(
      Path file, Network network, float[] theta, Optional<Moments> observations)
      throws IOException {
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
      if (observations.isPresent()) {
        Moments moments = observations.get();
        list.add(named(COUNT, manager.create(new double[] {moments.count()})));
        list.add(named(MEAN, manager.create(moments.means())));
        list.add(named(VARIANCE, manager.create(moments.variances())));
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

  /**
   * Reads the moments by which the observations of this network were normalised.
   *
   * @throws IllegalArgumentException if there are none, or of another size
   */
  public static Moments readMoments(Path file, Network network) throws IOException {
    int size = network.observations().size();
    try (PtNDManager manager = Engine.newManager();
        InputStream in = Files.newInputStream(file)) {
      NDList list = NDList.decode(manager, in);
      return Moments.of(
          doubles(file, list, COUNT, 1)[0],
          doubles(file, list, MEAN, size),
          doubles(file, list, VARIANCE, size));
    }
  }

  private static double[] doubles(Path file, NDList list, String name, int size) {
    NDArray array = list.get(name);
    if (array == null || array.getDataType() != DataType.FLOAT64 || array.size() != size) {
      throw new IllegalArgumentException(
          file
              + ": expected a float64 tensor "
              + name
              + " of "
              + size
              + " numbers but found "
              + (array == null ? "none of that name" : array.getDataType() + " " + array.getShape())
              + "; were these parameters trained with normalize-observations=yes?");
    }
    return array.toDoubleArray();
  }

  private static NDArray named(String name, NDArray array) {
    array.setName(name);
    return array;
  }
}
