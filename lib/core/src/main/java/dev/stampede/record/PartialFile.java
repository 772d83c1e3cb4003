package dev.stampede.record;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** A file that appears under its name when it is complete, and not before. */
final class PartialFile {
  private final Path file;
  private final Path part;

  /**
   * Makes its folder if need be, and sure that it can be written, before anything is played.
   *
   * @throws IllegalArgumentException if it cannot be written
   */
  PartialFile(Path file) {
    this.file = file.toAbsolutePath();
    this.part = this.file.resolveSibling(file.getFileName() + ".part");
    try {
      Files.createDirectories(part.resolveSibling(""));
      Files.deleteIfExists(part);
      Files.createFile(part);
    } catch (IOException e) {
      throw new IllegalArgumentException(
          this.file + " cannot be written (" + e + "); choose another place", e);
    }
  }

  /** Where to write. */
  Path part() {
    return part;
  }

  void complete() throws IOException {
    Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
  }

  void discard() throws IOException {
    Files.deleteIfExists(part);
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
