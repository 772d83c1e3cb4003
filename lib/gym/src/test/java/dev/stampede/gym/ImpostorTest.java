package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.env.EnvironmentException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The JVM's side, with workers that greet and answer in ways that no worker does. */
@Timeout(30)
class ImpostorTest {

  /** Greets, lets everybody in, and answers every call the same. */
  private static final String ANSWERS =
      """
      import json, os, socket, sys
      sys.stdin.readline()
      listener = socket.create_server(("127.0.0.1", 0))
      print(json.dumps({"port": listener.getsockname()[1]}), flush=True)
      connection, _ = listener.accept()
      connection.recv(1000)
      connection.sendall(b"!yv\\n")
      connection.recv(1000)
      connection.sendall(%s)
      """;

  private final Path folder;

  ImpostorTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          print("hello", flush=True)                         | expected a port but got "hello"
          print('{"port": 99999}', flush=True)               | expected a port but got
          print('{"port": 99999999999999}', flush=True)      | expected a port but got
          print('{"port": -1}', flush=True)                  | expected a port but got
          print("x" * 10_000_000)                            | expected an answer of at most 1000 characters
          import os; os.write(1, bytes(range(256)) + b"\\n") | expected a port but got
          import sys; sys.exit("not today")                  | not today
          import os; os.abort()                              | ended with signal 6
          """)
  void a_wrong_greeting_is_an_error_in_words(String code, String words) throws Exception {
    try (Worker worker = impostor(code + "\nimport time\ntime.sleep(60)\n")) {
      assertThatThrownBy(worker::process)
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining(words);
    }
    assertNoneIsLeft();
  }

  @Test
  void a_port_where_nobody_listens_is_an_error_in_words() throws Exception {
    try (Worker worker =
        impostor("print('{\"port\": 1}', flush=True)\nimport time\ntime.sleep(60)")) {
      assertThatThrownBy(() -> Workers.environment(worker, "CartPole-v1"))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("closed its connection and was killed; that was death 3 in a row");
    }
    assertNoneIsLeft();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          b"\\n"                                 | expected an answer but got ""
          b"nonsense\\n"                         | expected an answer but got "nonsense"
          b"!\\n"                                | expected an answer but got "!"
          b"!y\\n"                               | expected an answer but got "!y"
          b"!yi5\\n"                             | expected an answer but got "!yi5"
          b"!yro1\\n"                            | expected an answer but got "!yro1"
          b"!yfp0;java.lang.Runnable\\n"         | expected an answer but got "!yfp0;java.lang.Runnable"
          b"!xro1\\n"                            | expected an answer but got "!xro1"
          b"c\\nt\\nhashCode\\ne\\n"             | expected an answer but got "c"
          b"r\\nu\\njava.lang.System\\ne\\n"     | expected an answer but got "r"
          b"i\\njava.io.File\\ns/tmp\\ne\\n"     | expected an answer but got "i"
          bytes(range(11, 256)) + b"\\n"         | expected an answer but got
          b"!ys" + b"x" * (20 << 20)             | expected an answer of at most 16777216 characters
          b"!ys{\\"act"                          | with exit code 0; that was death 3 in a row
          b""                                    | with exit code 0; that was death 3 in a row
          b"!yn\\n"                              | cannot be understood
          b"!ys\\n"                              | cannot be understood
          b"!ysnull\\n"                          | cannot be understood
          b"!ys[[[[[[\\n"                        | cannot be understood
          b"!ys{}\\n"                            | cannot be understood
          b"!ys" + b"[" * 100_000 + b"\\n"       | cannot be understood
          b'!ys{"memory": 5}\\n'                 | cannot be understood
          b'!ys{"memory": "/nosuch"}\\n'         | with exit code 0; that was death 3 in a row
          b'!ys{"memory": "/dev/null"}\\n'      | cannot be understood
          b"!xs\\n"                              | an environment failed in Python
          b"!xs" + bytes(range(128, 256)) + b"\\n" | an environment failed in Python
          """)
  void a_wrong_answer_is_an_error_in_words(String answer, String words) throws Exception {
    try (Worker worker = impostor(ANSWERS.formatted(answer))) {
      assertThatThrownBy(() -> Workers.environment(worker, "CartPole-v1"))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining(words);
    }
    assertNoneIsLeft();
  }

  @Test
  void half_an_answer_is_not_waited_for_for_ever() throws Exception {
    System.setProperty(WorkerProcess.MAKE_LIMIT, "3");
    String half = ANSWERS.formatted("b'!ys{'") + "import time\ntime.sleep(60)\n";
    try (Worker worker = impostor(half)) {
      assertThatThrownBy(() -> Workers.environment(worker, "CartPole-v1"))
          .isInstanceOf(EnvironmentException.class)
          .hasMessageContaining("did not answer within 3 s and was killed");
    } finally {
      System.clearProperty(WorkerProcess.MAKE_LIMIT);
    }
    assertNoneIsLeft();
  }

  private Worker impostor(String code) throws Exception {
    Path module = Files.createDirectories(folder.resolve(WorkerCode.PACKAGE));
    Files.writeString(module.resolve("__init__.py"), "");
    Files.writeString(module.resolve("__main__.py"), code);
    Path python = new PythonFinder(System.getenv()).find().executable();
    var launch =
        new WorkerProcess.Launch(python, List.of(folder), Duration.ofSeconds(60), Duration.ZERO);
    return new Worker(launch, Long.MAX_VALUE, cause -> {});
  }

  private static void assertNoneIsLeft() {
    Workers.await(
        "no impostor is left",
        Duration.ofSeconds(5),
        () -> ProcessHandle.current().children().noneMatch(child -> Workers.runs(child.pid())));
  }
}
