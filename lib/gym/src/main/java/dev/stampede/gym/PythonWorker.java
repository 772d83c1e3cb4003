package dev.stampede.gym;

/** What a worker does for us, as Py4J calls it; {@code Slots} in slots.py answers. */
interface PythonWorker {

  /**
   * Makes an environment.
   *
   * @param slot its number from now on
   * @param name {@code "atari Breakout"} or {@code "gym CartPole-v1"}
   * @param memory an empty file, which both sides map
   * @return JSON: both spaces, and where things are in the file
   */
  String make(int slot, String name, String memory);

  void reset(int slot);

  void resetWithSeed(int slot, int seed);

  void step(int slot);

  void close(int slot);
}
