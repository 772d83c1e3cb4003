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
   * @param directories where the file may be that both sides map; empty for the system's memory
   * @return JSON: both spaces, the path of that memory, where things are in it, what there is to
   *     say of the environment
   */
  String make(int slot, String spec, String directories);

  @Nullable String reset(int slot);

  @Nullable String resetWithSeed(int slot, int seed);

  /**
   * @param seed JSON: a whole number of any length, or null
   * @param options JSON
   */
  @Nullable String resetWithOptions(int slot, String seed, String options);

  @Nullable String step(int slot);

  /**
   * Steps several slots, one after another, whatever happens to one of them.
   *
   * @param slots their numbers, with spaces between
   * @return JSON: by slot, what a step answered and the error it ended with, in this order; null if
   *     there is neither
   */
  @Nullable String stepAll(String slots);

  /**
   * Steps several slots and then, if none has failed, resets those whose episodes have ended. Their
   * last steps are put aside; slots.py describes where.
   *
   * @return as of {@link #stepAll}; for a slot that was reset this is followed by what the reset
   *     answered and the error it ended with
   */
  @Nullable String stepAndResetAll(String slots);

  /**
   * Makes a batch of slots that are alike, which then step in columns, until one of them is closed.
   *
   * @param slots as of {@link #stepAll}
   * @param directories as of {@link #make}
   * @return JSON: the batch's name, the path of the memory and where its columns are; an empty text
   *     if these slots cannot do it
   */
  String batch(String slots, String directories);

  /** As {@link #stepAll}. */
  @Nullable String stepBatch(String name);

  /** As {@link #stepAndResetAll}, but the last steps stay where they are. */
  @Nullable String stepAndResetBatch(String name);

  /** Resets several slots in the same way as {@link #stepAll} steps them. */
  @Nullable String resetAll(String slots);

  /**
   * @param parts JSON: a list of those parts of the action that vary in size
   */
  @Nullable String stepWith(int slot, String parts);

  void seedActions(int slot, String seed);

  String sampleAction(int slot);

  String info(int slot);

  /**
   * Answers with JSON: a picture's width and height and the path of the memory it is in; an empty
   * text if there is none.
   */
  String render(int slot, String directories);

  String check(int slot);

  void close(int slot);
}
