package dev.stampede.env;

/**
 * One thing that {@code doctor} looked at.
 *
 * @param name what was looked at
 * @param status whether it is there
 * @param detail a version, a path, or what is wrong
 * @param mend the command that mends it; empty where nothing needs mending
 */
public record Check(String name, Status status, String detail, String mend) {

  /** Whether something is there, and whether it matters. */
  public enum Status {
    OK,
    /** Not there, and needed only for some things; the detail says which. */
    ABSENT,
    /** Needed and missing, or broken. */
    PROBLEM
  }

  public static Check ok(String name, String detail) {
    return new Check(name, Status.OK, detail, "");
  }
}
