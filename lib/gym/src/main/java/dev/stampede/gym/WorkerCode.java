package dev.stampede.gym;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The worker's Python code, unpacked from this library to where Python can import it. */
final class WorkerCode {
  static final String PACKAGE = "stampede_worker";
  private static final List<String> MODULES =
      List.of(
          "__init__",
          "__main__",
          "atari",
          "batch",
          "checks",
          "errors",
          "groups",
          "gym",
          "mailbox",
          "memory",
          "rendering",
          "server",
          "slots",
          "spaces",
          "vizdoom");

  private WorkerCode() {}

  /** The directory to import {@link #PACKAGE} from; unpacks it if that was not done before. */
  static Path unpack(Path cache) throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (String module : MODULES) {
      files.put(module + ".py", read(module + ".py"));
    }
    Path target = cache.resolve("worker").resolve(hash(files));
    if (Files.isDirectory(target)) {
      return target;
    }
    Files.createDirectories(target.getParent());
    // Others may read it, unlike what createTempDirectory makes: the cache may be of many users.
    Path draft = Files.createDirectory(target.resolveSibling("draft" + UUID.randomUUID()));
    Path code = Files.createDirectory(draft.resolve(PACKAGE));
    for (var file : files.entrySet()) {
      Files.write(code.resolve(file.getKey()), file.getValue());
    }
    try {
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!Files.isDirectory(target)) {
        throw e;
      } // Another process was faster; it wrote the same.
    }
    return target;
  }

  /** The text of one module. */
  static String source(String module) throws IOException {
    return new String(read(module + ".py"), StandardCharsets.UTF_8);
  }

  private static String hash(Map<String, byte[]> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      files.forEach(
          (name, content) -> {
            digest.update(name.getBytes(StandardCharsets.UTF_8));
            digest.update(content);
          });
      return HexFormat.of().formatHex(digest.digest(), 0, 6);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e); // Every JDK has SHA-256.
    }
  }

  private static byte[] read(String file) throws IOException {
    try (InputStream in = WorkerCode.class.getResourceAsStream("/" + PACKAGE + "/" + file)) {
      if (in == null) {
        throw new AssertionError("no resource " + file);
      }
      return in.readAllBytes();
    }
  }
}
