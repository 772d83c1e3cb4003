package dev.stampede.gym;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stampede.env.Action;
import dev.stampede.env.Environment;
import dev.stampede.env.Flatten;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What a worker does with messages that no JVM of ours sends. */
@EnabledOnOs(OS.LINUX) // It reads /proc.
class WorkerChannelFuzzTest {
  private static final int MESSAGES = Integer.getInteger("stampede.test.messages", 10_000);
  private static final InetAddress LOCALHOST = InetAddress.getLoopbackAddress();
  private static final String TOKEN = "5".repeat(64);
  private static final int SILENT = 200;

  /** Some of them would count if they were executed: the witness knows its steps. */
  private static final List<String> CALLS =
      List.of(
          "c\nt\nstep\ni0\ne\n",
          "c\nt\nreset\ni0\ne\n",
          "c\nt\nclose\ni0\ne\n",
          "c\nt\nmake\ni1\ns" + Workers.spec("faulty:Dies-v0") + "\ns\ne\n",
          "c\nt\n__init__\ne\n",
          "c\nt\n__reduce_ex__\ni2\ne\n",
          "g\nt\ne\n",
          "s\n",
          "r\nu\njava.lang.System\ne\n",
          "\u0080\u0004cos\nsystem\n(S'kill -9 $PPID'\ntR.");

  @Test
  void without_the_token_nothing_is_executed_and_nobody_is_disturbed() throws Exception {
    var random = new SplittableRandom(1);
    try (Worker worker = Workers.worker(new AtomicInteger())) {
      Environment witness = Flatten.around(Workers.environment(worker, "faulty:Quiet-v0"));
      witness.reset(1);
      assertThat(stepsOf(witness)).isEqualTo(1);
      WorkerProcess process = worker.process();
      int port = WorkerSecurityTest.port(process.pid());

      List<Socket> silent = new ArrayList<>(); // More than the worker waits for at a time.
      for (int i = 0; i < SILENT; i++) {
        Socket socket = new Socket(LOCALHOST, port);
        socket.getOutputStream().write("A\n5".getBytes(ISO_8859_1), 0, random.nextInt(4));
        silent.add(socket);
      }
      for (int i = 0; i < MESSAGES; i++) {
        byte[] message = withoutToken(random);
        assertThat(answer(port, message, random.nextInt(10) == 0))
            .as("message %d: %s", i, new String(message, ISO_8859_1))
            .isEmpty();
        if (i % 1_000 == 0) {
          silent.get(i % SILENT).close();
        }
      }

      assertThat(stepsOf(witness)).isEqualTo(2);
      assertThat(worker.process()).isSameAs(process);
      Workers.environment(worker, "CartPole-v1").reset(1);
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }

  @Test
  void nonsense_with_the_token_is_answered_with_an_error() throws Exception {
    var random = new SplittableRandom(1);
    Process process = workerWithOurToken();
    try {
      int port = port(process);
      Socket jvm = connect(port);
      call(jvm, "c\nt\nmake\ni0\ns" + Workers.spec("CartPole-v1") + "\ns\ne\n", "!ys\\{.*\n");
      for (int i = 0; i < MESSAGES / 10; i++) {
        String nonsense = mutated(CALLS.get(random.nextInt(CALLS.size())), random);
        if (!nonsense.contains("make")) { // What the right caller asks for is done.
          call(jvm, nonsense + "\ne\n", "!(ys|xs|yn).*\n");
        }
      }
      call(
          jvm,
          "c\nt\n__reduce_ex__\ni2\ne\n",
          "!xsfailed:.*expected one of \\['batch', 'check', 'close', .*\n");
      call(jvm, "c\nt\nmake\ni7\ns" + Workers.spec("CartPole-v1") + "\ns\ne\n", "!ys\\{.*\n");
      call(jvm, "c\nt\nresetWithSeed\ni7\ni1\ne\n", "!yn\n");
      jvm.close();

      assertThat(answer(port, ("A\n" + TOKEN + "\ne\n").getBytes(ISO_8859_1), true))
          .isEqualTo("!yv\n");
      Socket endless = connect(port);
      byte[] block = new byte[1 << 20];
      int sent = 0;
      try {
        for (; sent < 64; sent++) {
          endless.getOutputStream().write(block);
        }
      } catch (SocketException closed) {
        // As it should.
      }
      assertThat(sent).as("megabytes that the worker took for one message").isLessThan(32);
      Socket half = connect(port);
      half.getOutputStream().write("c\nt\nclo".getBytes(ISO_8859_1)); // And waits for ever.
      Socket next = connect(port);
      call(next, "c\nt\nclose\ni7\ne\n", "!yn\n");
      call(half, "se\ni7\ne\n", "!yn\n");
      assertThat(process.isAlive()).isTrue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static byte[] withoutToken(SplittableRandom random) {
    String call = CALLS.get(random.nextInt(CALLS.size()));
    byte[] noise = new byte[random.nextInt(1, 200)];
    random.nextBytes(noise);
    String token =
        HexFormat.of().formatHex(new byte[32]).replace('0', (char) ('0' + random.nextInt(10)));
    String message =
        switch (random.nextInt(8)) {
          case 0 -> call;
          case 1 -> "A\n" + token + "\ne\n" + call;
          case 2 -> "A\n" + token.substring(random.nextInt(65)) + "\ne\n" + call;
          case 3 -> "A\n" + token + token + "\ne\n" + call;
          case 4 -> mutated("A\n" + token + "\ne\n" + call, random);
          case 5 -> new String(noise, ISO_8859_1);
          case 6 -> "A\n" + new String(noise, ISO_8859_1) + "\ne\n" + call;
          default ->
              random.nextInt(50) == 0 // They take time.
                  ? "A\n" + "5".repeat(1 << 20) + "\ne\n" + call
                  : "A\n\ne\n" + call;
        };
    return message.getBytes(ISO_8859_1);
  }

  /** Characters changed, left out, doubled; cut off somewhere. */
  private static String mutated(String message, SplittableRandom random) {
    var text = new StringBuilder(message);
    for (int i = random.nextInt(1, 4); i > 0 && !text.isEmpty(); i--) {
      int at = random.nextInt(text.length());
      switch (random.nextInt(4)) {
        case 0 -> text.setCharAt(at, (char) random.nextInt(256));
        case 1 -> text.deleteCharAt(at);
        case 2 -> text.insert(at, text.charAt(at));
        default -> text.setLength(at);
      }
    }
    return text.toString();
  }

  /** What comes back; that of somebody who stays for it, or sends and goes. */
  private static String answer(int port, byte[] message, boolean stay) throws IOException {
    try (Socket stranger = new Socket(LOCALHOST, port)) {
      stranger.setSoTimeout(stay ? 5 : 1_000);
      OutputStream out = stranger.getOutputStream();
      out.write(message);
      if (!stay) {
        return "";
      }
      byte[] answer = new byte[100];
      int n = stranger.getInputStream().read(answer);
      return n < 0 ? "" : new String(answer, 0, n, ISO_8859_1);
    } catch (SocketTimeoutException silence) {
      return "";
    } catch (SocketException closed) {
      return "";
    }
  }

  private static float stepsOf(Environment witness) {
    return GymEnvironmentTest.floats(witness.step(Action.of(0)).observation())[0];
  }

  private static Process workerWithOurToken() throws IOException {
    List<Path> modules = Workers.launch(Duration.ofSeconds(60)).modules();
    var builder =
        new ProcessBuilder(Workers.python().toString(), "-P", "-m", WorkerCode.PACKAGE)
            .redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("PYTHONPATH", modules.get(0) + ":" + modules.get(1));
    Process process = builder.start();
    String greeting =
        """
        {"token": "%s", "parent": %d, "spin_ns": 0, "pipes": false, "mailbox": false}
        """
            .formatted(TOKEN, ProcessHandle.current().pid());
    process.getOutputStream().write(greeting.getBytes(ISO_8859_1));
    process.getOutputStream().flush();
    return process;
  }

  private static int port(Process process) throws IOException {
    return Integer.parseInt(process.inputReader(ISO_8859_1).readLine().replaceAll("\\D", ""));
  }

  private static Socket connect(int port) throws IOException {
    Socket socket = new Socket(LOCALHOST, port);
    socket.setSoTimeout(10_000);
    call(socket, "A\n" + TOKEN + "\ne\n", "!yv\n");
    return socket;
  }

  private static void call(Socket socket, String message, String answer) throws IOException {
    socket.getOutputStream().write(message.getBytes(ISO_8859_1));
    var line = new StringBuilder();
    for (int b = 0; b >= 0 && b != '\n'; ) {
      b = socket.getInputStream().read();
      line.append(b >= 0 ? String.valueOf((char) b) : "");
    }
    assertThat(line.toString()).as(message).matches(Pattern.compile(answer, Pattern.DOTALL));
  }
}
