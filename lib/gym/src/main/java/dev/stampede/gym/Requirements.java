package dev.stampede.gym;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The Python packages of one virtual environment.
 *
 * @param lines packages with their versions, everything they need included, as in pip's
 *     requirements.txt; behind the number sign stand licence and size: {@code numpy==2.4.6 #
 *     BSD-3-Clause, 57 MB}
 * @param packages what a user adds, with or without versions; pip finds what they need
 * @param megabytes what {@code lines} take on the disk, about
 */
record Requirements(List<String> lines, List<String> packages, int megabytes) {
  private static final Pattern LINE =
      Pattern.compile(
          "(?<name>[\\w.-]+)==(?<version>[^\\s;#]+)\\s*"
              + "(?:;\\s*python_version < \"3\\.(?<below>\\d+)\"\\s*)?"
              + "(?:#\\s*(?<licence>[^,]+), (?<megabytes>[\\d.]+) MB)?");
  private static final String RANGE = "[=<>!~]{1,3}\\s*[\\w.*+!]+";
  private static final Pattern PACKAGE =
      Pattern.compile(
          "(?<name>[A-Za-z0-9](?:[\\w.-]*[A-Za-z0-9])?)(?<extras>\\[[\\w., -]*\\])?\\s*"
              + "(?<version>"
              + RANGE
              + "(?:\\s*,\\s*"
              + RANGE
              + ")*)?(?<from>\\s*@\\s*\\S+)?");

  /** What the bridge and Gymnasium need. */
  static final Requirements BASE = new Requirements(read("base.txt"), List.of());

  /** One of the {@link #lines}, taken apart. */
  record Pin(String name, String version, String licence, double megabytes, int newestPython) {
    static Pin parse(String line) {
      Matcher matcher = LINE.matcher(line);
      if (!matcher.matches()) {
        throw new IllegalArgumentException("expected name==version but got \"" + line + "\"");
      }
      String licence = matcher.group("licence");
      String size = matcher.group("megabytes");
      String below = matcher.group("below");
      return new Pin(
          matcher.group("name"),
          matcher.group("version"),
          licence == null ? "" : licence,
          size == null ? 0 : Double.parseDouble(size),
          below == null ? Python.NEWEST_MINOR : Integer.parseInt(below) - 1);
    }

    @Override
    public String toString() {
      return name + " " + version + (licence.isEmpty() ? "" : " (" + licence + ")");
    }
  }

  Requirements(List<String> lines, int megabytes) {
    this(lines, List.of(), megabytes);
  }

  Requirements(List<String> lines, List<String> packages) {
    this(lines, packages, (int) Math.round(pins(lines).mapToDouble(Pin::megabytes).sum()));
  }

  /** What an environment needs, without packages of the user's choice. */
  static Requirements of(String id) {
    return of(id, List.of());
  }

  /**
   * What an environment needs.
   *
   * @param packages what the user adds, as for pip: {@code highway-env==1.10.1}
   * @throws IllegalArgumentException if one of them is not written as a package
   * @throws dev.stampede.env.EnvironmentException if it needs something that has to be added first
   */
  static Requirements of(String id, List<String> packages) {
    List<String> all = packages.stream().map(String::strip).distinct().sorted().toList();
    EnvironmentGroup.check(id, all);
    return EnvironmentGroup.of(id).requirements().with(all);
  }

  /**
   * These and what a user adds. A version that the user gives replaces ours; the others hold.
   *
   * @throws IllegalArgumentException if one of them is not written as a package
   */
  Requirements with(List<String> more) {
    if (more.isEmpty()) {
      return this;
    }
    List<String> replaced =
        more.stream().filter(Requirements::hasVersion).map(Requirements::name).toList();
    List<String> kept =
        lines.stream().filter(line -> !replaced.contains(plain(Pin.parse(line).name()))).toList();
    List<String> all = new ArrayList<>(packages);
    all.addAll(more);
    return new Requirements(kept, List.copyOf(all), megabytes);
  }

  List<Pin> pins() {
    return pins(lines).toList();
  }

  /** The y of the newest Python 3.y that all packages have wheels for. */
  int newestPython() {
    return pins(lines).mapToInt(Pin::newestPython).min().orElse(Python.NEWEST_MINOR);
  }

  /** Each licence once. */
  String licences() {
    return pins(lines)
        .map(Pin::licence)
        .filter(licence -> !licence.isEmpty())
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  /** A short name that no other set of requirements has. */
  String hash() {
    String text =
        Stream.concat(
                pins(lines).map(pin -> pin.name() + "==" + pin.version()),
                packages.stream().map(line -> "and " + line))
            .collect(Collectors.joining("\n"));
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // Every JDK has SHA-256.
    }
  }

  /**
   * Version by package name, for the {@link #lines}; {@link PythonEnvironments#versions} has those
   * of everything that is installed.
   */
  Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    pins(lines).forEach(pin -> versions.put(pin.name(), pin.version()));
    return versions;
  }

  private static Stream<Pin> pins(List<String> lines) {
    return lines.stream().map(Pin::parse);
  }

  private static boolean hasVersion(String line) {
    Matcher matcher = taken(line);
    return matcher.group("version") != null || matcher.group("from") != null;
  }

  private static String name(String line) {
    return plain(taken(line).group("name"));
  }

  private static Matcher taken(String line) {
    Matcher matcher = PACKAGE.matcher(line);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "packages: expected a Python package, with or without its version, such as"
              + " \"highway-env==1.10.1\", but got \""
              + line
              + "\"");
    }
    return matcher;
  }

  /** As package indexes compare names. */
  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]+", "-");
  }

  static List<String> read(String name) {
    try (InputStream in = Requirements.class.getResourceAsStream("requirements/" + name)) {
      if (in == null) {
        throw new AssertionError("no resource requirements/" + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
