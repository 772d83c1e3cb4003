package dev.stampede.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** In processes of their own, as a user would start them. */
class CommandLineTest {
  private record Ended(int exit, String output) {}

  @Test
  void two_deterministic_processes_leave_the_same_bits_and_evaluate_tells_the_same_returns(
      @TempDir Path folder) throws Exception {
    Path a = folder.resolve("a");
    Path b = folder.resolve("b");
    for (Path out : List.of(a, b)) {
      Ended run =
          stampede(
              "run",
              "--threads",
              "1",
              "--deterministic",
              "--steps",
              "8000",
              "--seed",
              "1",
              "--out",
              out.toString());
      assertThat(run.exit).as(run.output).isZero();
    }
    assertThat(Files.readAllBytes(a.resolve("parameters.safetensors")))
        .isEqualTo(Files.readAllBytes(b.resolve("parameters.safetensors")));
    assertThat(withoutSeconds(a)).isEqualTo(withoutSeconds(b));

    Ended folderGiven =
        stampede("evaluate", "--parameters", a.toString(), "--episodes", "5", "--seed", "7");
    Ended fileGiven =
        stampede(
            "evaluate",
            "--parameters",
            a.resolve("parameters.safetensors").toString(),
            "--episodes",
            "5",
            "--seed",
            "7");
    assertThat(folderGiven.exit).as(folderGiven.output).isZero();
    assertThat(folderGiven.output)
        .contains("5 episodes")
        .contains("returns: ")
        .isEqualTo(fileGiven.output);
  }

  @Test
  void two_processes_one_after_the_other_leave_the_same_bits_as_one(@TempDir Path folder)
      throws Exception {
    Path whole = folder.resolve("whole");
    Path parts = folder.resolve("parts");
    List<String> run =
        List.of("run", "--algorithm", "OneStepQ", "--threads", "1", "--deterministic", "--out");
    assertThat(stampede(run, whole.toString(), "--steps", "8000").exit).isZero();
    Ended first = stampede(run, parts.toString(), "--steps", "4000", "--checkpoint-every", "0.01");
    assertThat(first.exit).as(first.output).isZero();

    Ended second = stampede("run", "--resume", parts.toString(), "--steps", "8000");

    assertThat(second.exit).as(second.output).isZero();
    assertThat(second.output)
        .contains("resumed at step 4,00")
        .contains("OneStepQ on CartPole: 8,00")
        .contains("written to " + parts.resolve("run.json"));
    assertThat(Files.readAllBytes(parts.resolve("parameters.safetensors")))
        .isEqualTo(Files.readAllBytes(whole.resolve("parameters.safetensors")));
    assertThat(withoutSeconds(parts)).isEqualTo(withoutSeconds(whole));

    Ended other = stampede("run", "--resume", parts.toString(), "--threads", "3");
    assertThat(other.exit).isEqualTo(2);
    assertThat(other.output)
        .contains("threads: the run that is resumed has 1 but 3 was asked for")
        .doesNotContain("\tat ");
    Ended nowhere = stampede("run", "--resume", folder.resolve("nowhere").toString());
    assertThat(nowhere.exit).isEqualTo(2);
    assertThat(nowhere.output).contains("checkpoint.bin").doesNotContain("\tat ");
  }

  @Test
  void a_target_that_is_not_reached_exits_with_3() throws Exception {
    Ended run = stampede("run", "--steps", "500", "--until-return", "475");
    assertThat(run.exit).as(run.output).isEqualTo(3);
  }

  @Test
  void a_gpu_is_refused_and_the_cpu_is_not() throws Exception {
    Ended gpu = stampede("run", "--device", "gpu", "--steps", "500");
    assertThat(gpu.exit).isEqualTo(2);
    assertThat(gpu.output)
        .contains("a GPU was asked for")
        .contains("--device cpu")
        .doesNotContain("500 steps")
        .doesNotContain("\tat ");
    Ended tpu = stampede("run", "--device", "tpu", "--steps", "500");
    assertThat(tpu.exit).isEqualTo(2);
    assertThat(tpu.output).contains("expected cpu or gpu but got \"tpu\"");
    Ended cpu = stampede("run", "--device", "cpu", "--steps", "500");
    assertThat(cpu.exit).as(cpu.output).isZero();
  }

  @Test
  void wrong_arguments_exit_with_2_and_say_what_to_do() throws Exception {
    assertThat(stampede("run", "--env", "CartPol").output).contains("did you mean \"CartPole\"");
    Ended unknown = stampede("run", "--algorithm", "A4C");
    assertThat(unknown.exit).isEqualTo(2);
    assertThat(unknown.output).contains("did you mean").doesNotContain("\tat ");
    Ended none = stampede("evaluate", "--parameters", "/nowhere");
    assertThat(none.exit).isEqualTo(2);
    assertThat(none.output).contains("/nowhere").doesNotContain("\tat ");
  }

  @Test
  void compare_tells_what_is_not_decided_and_refuses_different_tasks(@TempDir Path folder)
      throws Exception {
    for (String entropy : List.of("0.01", "0.02")) {
      for (String seed : List.of("1", "2")) {
        Path out = folder.resolve("runs").resolve(entropy + "-" + seed);
        Ended run =
            stampede(
                "run",
                "--threads",
                "1",
                "--steps",
                "2000",
                "--seed",
                seed,
                "--set",
                "entropy=" + entropy,
                "--out",
                out.toString());
        assertThat(run.exit).as(run.output).isZero();
      }
    }
    Path json = folder.resolve("comparison.json");
    String runs = folder.resolve("runs").toString();
    Ended compare = stampede("compare", runs, "--json", json.toString());

    assertThat(compare.exit).as(compare.output).isZero();
    assertThat(compare.output)
        .contains("CartPole, 2,000 steps; score: mean return of the last 100 training episodes")
        .containsPattern("A3C \\(entropy 0.01\\) +CartPole +2 +\\d+\\.\\d+ +\\[")
        .contains("Not decided whether A3C (entropy 0.0")
        .contains("at least 4 seeds of each are needed")
        .doesNotContain("\tat ");
    assertThat(Files.readString(json)).contains("\"decided\" : false").contains("\"iqm\" : ");

    Path other = folder.resolve("other");
    assertThat(stampede("run", "--env", "Catch", "--steps", "2000", "--out", other.toString()).exit)
        .isZero();
    Ended refused = stampede("compare", runs, other.toString());
    assertThat(refused.exit).isEqualTo(2);
    assertThat(refused.output).contains("the same env").contains("Catch (").doesNotContain("\tat ");
    assertThat(stampede("compare", runs, "--metric", "first").output)
        .contains("expected the metric last, best or auc but got \"first\"");
  }

  @Test
  void diagnose_tells_what_is_wrong_and_exits_with_3(@TempDir Path folder) throws Exception {
    String sick = folder.resolve("sick").toString();
    Ended run =
        stampede(
            List.of("run", "--threads", "1", "--steps", "20000", "--out"),
            sick,
            "--set",
            "learning-rate=1");
    assertThat(run.exit).as(run.output).isZero();

    Ended diagnosis = stampede("diagnose", sick);

    assertThat(diagnosis.exit).as(diagnosis.output).isEqualTo(3);
    assertThat(diagnosis.output)
        .containsPattern("A3C on CartPole, seed 1: \\d findings")
        .contains("severe: The policy stopped trying things", "(learning-rate, now 1.0)")
        .contains("2,000 steps played")
        .doesNotContain("\tat ");
    Ended nowhere = stampede("diagnose", folder.resolve("nowhere").toString());
    assertThat(nowhere.exit).isEqualTo(2);
    assertThat(nowhere.output).contains("expected the folder of a run").doesNotContain("\tat ");
  }

  @Test
  void an_interrupt_from_the_keyboard_exits_with_130_and_everything_written(@TempDir Path folder)
      throws Exception {
    assumeFalse(
        interruptsAreIgnored(), "the tests run in the background, where Ctrl-C is switched off");
    Process process = start("run", "--steps", "2000000000", "--out", folder.toString());
    Path episodes = folder.resolve("episodes.csv");
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(episodes) || Files.size(episodes) < 500) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();

    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(130);
    assertThat(Files.readString(folder.resolve("run.json"))).contains("\"state\" : \"stopped\"");
    assertThat(folder.resolve("parameters.safetensors")).exists();
  }

  @Test
  void bench_prints_progress_as_the_measuring_script_reads_it() throws Exception {
    Ended bench = stampede("bench", "--env", "cartpole", "--threads", "2", "--seconds", "2");
    assertThat(bench.exit).as(bench.output).isZero();
    assertThat(
            bench
                .output
                .lines()
                .filter(line -> line.matches("PROGRESS \\d+\\.\\d{3} \\d+"))
                .count())
        .isGreaterThanOrEqualTo(2);
    assertThat(bench.output).containsPattern("updates \\d+, steps \\d+");
  }

  @Test
  void every_command_has_help() throws Exception {
    for (String command : List.of("run", "evaluate", "compare", "diagnose", "bench", "doctor")) {
      Ended help = stampede(command, "--help");
      assertThat(help.exit).isZero();
      assertThat(help.output).startsWith("Usage: stampede " + command);
    }
  }

  @Test
  void doctor_names_java_and_the_engine() throws Exception {
    assertThat(stampede("doctor").output).contains("Java: ").contains("DJL engine: PyTorch 2.7.1");
  }

  /**
   * A process started in the background by a script inherits that SIGINT is ignored, and so do its
   * own.
   */
  private static boolean interruptsAreIgnored() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) {
      return false;
    }
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .map(line -> line.substring("SigIgn:".length()).trim())
            .findFirst()
            .orElse("0");
    return (Long.parseUnsignedLong(ignored, 16) & 1L << (2 - 1)) != 0;
  }

  private static List<String> withoutSeconds(Path out) throws IOException {
    return Files.readAllLines(out.resolve("episodes.csv")).stream()
        .map(line -> line.split(","))
        .map(cells -> cells[0] + "," + cells[1] + "," + cells[3] + "," + cells[4] + "," + cells[5])
        .collect(Collectors.toList());
  }

  private static Ended stampede(List<String> first, String... more) throws Exception {
    List<String> all = new ArrayList<>(first);
    all.addAll(List.of(more));
    return stampede(all.toArray(String[]::new));
  }

  private static Ended stampede(String... arguments) throws Exception {
    Process process = start(arguments);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }

  private static Process start(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1"); // They start more than they compute.
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
