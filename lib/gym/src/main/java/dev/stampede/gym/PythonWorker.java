package dev.stampede.gym;

import org.jspecify.annotations.Nullable;

/**
 * What a worker does for us, as Py4J calls it; {@code Slots} in slots.py answers.
 *
 * <p>Where a reset or step answers with a text, that is JSON: those parts of the observation that
 * vary in size, and null if they are what they were.
 */
interface PythonWorker {

  /**
   * Makes an environment.
   *
   * @param slot its number from now on
   * @param spec JSON, see {@link WorkerSpec}
   * @param memory an empty file, which both sides map
   * @return JSON: both spaces, where things are in the file, what there is to say of it
   */
  String make(int slot, String spec, String memory);

  @Nullable String reset(int slot);

  @Nullable String resetWithSeed(int slot, int seed);

  /**
   * @param seed JSON: a whole number of any length, or null
   * @param options JSON
   */
  @Nullable String resetWithOptions(int slot, String seed, String options);

  @Nullable String step(int slot);

  /**
   * @param parts JSON: a list of those parts of the action that vary in size
   */
  @Nullable String stepWith(int slot, String parts);

  void seedActions(int slot, int seed);

  String sampleAction(int slot);

  String info(int slot);

  /** Writes a picture to this file; answers with its width and height, or nothing. */
  String render(int slot, String file);

  String check(int slot);

  void close(int slot);
}
