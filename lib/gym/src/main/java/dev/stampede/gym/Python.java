package dev.stampede.gym;

import java.nio.file.Path;

/**
 * A Python interpreter on this machine.
 *
 * @param version as it says itself, {@code 3.11.7}
 */
record Python(Path executable, String version) {
  static final int NEEDED_MINOR = 11;

  /** The y of the newest Python 3.y that the pinned versions have wheels for. */
  static final int NEWEST_MINOR = 14;

  /** What numpy needs. */
  static final String NEEDED = "3." + NEEDED_MINOR;

  /**
   * @param newest the y of the newest Python 3.y that will do
   */
  boolean suits(int newest) {
    String[] parts = version.split("\\.", -1);
    int major = Integer.parseInt(parts[0]);
    int minor = Integer.parseInt(parts[1]);
    return major == 3 && NEEDED_MINOR <= minor && minor <= newest;
  }

  /** {@code 3.11}. */
  String minorVersion() {
    String[] parts = version.split("\\.", -1);
    return parts[0] + "." + parts[1];
  }
}
