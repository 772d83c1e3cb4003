package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX) // It reads /proc.
class WorkerSecurityTest {
  private static final String LOOPBACK = "0100007F";
  private static final InetAddress LOCALHOST = InetAddress.getLoopbackAddress();
  private static Worker worker;

  @BeforeAll
  static void start() {
    worker = Workers.worker(new AtomicInteger());
  }

  @AfterAll
  static void stop() {
    worker.close();
  }

  @Test
  void a_worker_listens_on_one_port_of_the_loopback_interface() throws IOException {
    assertThat(listening(worker.process().pid())).hasSize(1).allMatch(s -> s.startsWith(LOOPBACK));
    assertThat(listening(ProcessHandle.current().pid()))
        .allMatch(s -> s.startsWith(LOOPBACK)); // The build's own channel to this JVM, if any.
  }

  @Test
  void a_wrong_token_is_refused() throws IOException {
    assertRefused("A\nwrong\ne\nc\nt\nclose\ni0\ne\n");
  }

  @Test
  void a_call_without_a_token_is_refused() throws IOException {
    assertRefused("c\nt\nclose\ni0\ne\n");
  }

  @Test
  void silence_and_noise_of_a_stranger_disturb_nobody() throws IOException {
    try (Socket silent = new Socket(LOCALHOST, port());
        Socket noisy = new Socket(LOCALHOST, port())) {
      noisy.getOutputStream().write(new byte[] {(byte) 0xFF, 0, '\n', (byte) 0xC3, '\n'});
      assertThat(silent.isConnected()).isTrue();
      Workers.environment(worker, "CartPole-v1").reset(1);
    }
  }

  @Test
  void threads_that_come_and_go_leave_no_connection_behind() throws Exception {
    GymEnvironment cartPole = Workers.environment(worker, "CartPole-v1");
    Path descriptors = Path.of("/proc/" + worker.process().pid() + "/fd");
    int before = count(descriptors);

    for (int i = 0; i < 20; i++) {
      Thread thread = new Thread(() -> cartPole.reset(1));
      thread.start();
      thread.join();
    }

    assertThat(count(descriptors)).isLessThanOrEqualTo(before);
  }

  private static int count(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return (int) entries.count();
    }
  }

  @Test
  void the_token_is_on_no_command_line_and_in_no_environment() throws IOException {
    Path process = Path.of("/proc/" + worker.process().pid());

    for (String file : List.of("cmdline", "environ")) {
      assertThat(Files.readString(process.resolve(file))).doesNotContainPattern("[0-9a-f]{64}");
    }
  }

  private static void assertRefused(String sent) throws IOException {
    try (Socket stranger = new Socket(LOCALHOST, port())) {
      stranger.setSoTimeout((int) Duration.ofSeconds(5).toMillis());
      stranger.getOutputStream().write(sent.getBytes(StandardCharsets.UTF_8));

      String answer;
      try {
        answer = new String(stranger.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      } catch (SocketException reset) {
        answer = "";
      }
      assertThat(answer).isIn("", "x\n", "!x\n");
    }
    Workers.environment(worker, "CartPole-v1").reset(1); // It serves those who know the token.
  }

  private static int port() throws IOException {
    return port(worker.process().pid());
  }

  /** Where a worker listens. */
  static int port(long pid) throws IOException {
    String address = listening(pid).get(0);
    return Integer.parseInt(address.substring(address.indexOf(':') + 1), 16);
  }

  /** Local addresses of a process's listening sockets, as /proc/net/tcp writes them. */
  private static List<String> listening(long pid) throws IOException {
    Set<String> sockets;
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      sockets =
          descriptors
              .map(WorkerSecurityTest::target)
              .filter(target -> target.startsWith("socket:"))
              .map(target -> target.replaceAll("\\D", ""))
              .collect(Collectors.toSet());
    }
    List<String> addresses = new ArrayList<>();
    for (String table : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
      for (String line : Files.readAllLines(Path.of(table))) {
        String[] fields = line.trim().split("\\s+", -1);
        if (fields[3].equals("0A") && sockets.contains(fields[9])) {
          addresses.add(fields[1]);
        }
      }
    }
    return addresses;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return ""; // Closed meanwhile.
    }
  }
}
