package dev.stampede.gym;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Python packages with their versions, everything they depend on included.
 *
 * @param lines as in pip's requirements.txt
 * @param megabytes what they take on the disk, about
 */
record Requirements(List<String> lines, int megabytes) {
  private static final Pattern MUJOCO =
      Pattern.compile(
          "(Ant|HalfCheetah|Hopper|Humanoid|HumanoidStandup|InvertedDoublePendulum"
              + "|InvertedPendulum|Pusher|Reacher|Swimmer|Walker2d)-v\\d+");
  private static final Pattern BOX2D =
      Pattern.compile("(BipedalWalker|BipedalWalkerHardcore|CarRacing|LunarLander\\w*)-v\\d+");

  static final Requirements BASE = new Requirements(read("base.txt"), 270);
  static final Requirements WITH_MUJOCO = BASE.and(read("mujoco.txt"), 125);
  static final Requirements WITH_BOX2D = BASE.and(read("box2d.txt"), 50);

  /**
   * What an environment needs. Packages listed in the system property {@code stampede.requirements}
   * are added, for environments of other packages ({@code module:Id-v0}).
   */
  static Requirements of(String id) {
    Requirements known =
        MUJOCO.matcher(id).matches()
            ? WITH_MUJOCO
            : BOX2D.matcher(id).matches() ? WITH_BOX2D : BASE;
    String more = System.getProperty("stampede.requirements", "").trim();
    return more.isEmpty() ? known : known.and(Arrays.asList(more.split("\\s+")), 0);
  }

  Requirements and(List<String> more, int moreMegabytes) {
    List<String> all = new ArrayList<>(lines);
    all.addAll(more);
    return new Requirements(List.copyOf(all), megabytes + moreMegabytes);
  }

  /** A short name that no other set of requirements has. */
  String hash() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // Every JDK has SHA-256.
    }
  }

  /** Version by package name. */
  Map<String, String> versions() {
    Map<String, String> versions = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line : lines) {
      String[] parts = line.split("==", 2);
      versions.put(parts[0], parts.length > 1 ? parts[1] : "");
    }
    return versions;
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
