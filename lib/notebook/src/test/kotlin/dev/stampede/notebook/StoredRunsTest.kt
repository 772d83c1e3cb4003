package dev.stampede.notebook

import dev.stampede.result.RunDirectory
import java.nio.file.Files
import java.nio.file.Path
import org.assertj.core.api.Assertions.assertThat
import org.assertj.core.api.Assertions.assertThatThrownBy
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir

class StoredRunsTest {
  private fun finished(folder: Path, steps: Long = 5_000) = experiment {
    threads(1)
    steps(steps)
    out(folder)
  }

  @Test
  fun a_run_is_listed_with_its_state_and_results(@TempDir runs: Path) {
    Files.writeString(runs.resolve("a file"), "")
    Files.createDirectory(runs.resolve("no run"))
    finished(runs.resolve("first"))
    val second = experiment {
      env("Catch")
      threads(2)
      seed(7)
      steps(Long.MAX_VALUE)
      out(runs.resolve("second"))
      background()
    }
    while (second.steps() < 100) Thread.sleep(1)

    val list = runs(runs.toString())

    assertThat(list.map { it.name() }).containsExactlyInAnyOrder("first", "second")
    val first = list.first { it.name() == "first" }
    assertThat(first.state()).isEqualTo("finished")
    assertThat(first.canGoOn()).isFalse()
    assertThat(first.steps()).isBetween(5_000L, 5_020L)
    val running = list.first { it.name() == "second" }
    assertThat(running.state()).isEqualTo("running")
    assertThat(running.env()).isEqualTo("Catch")
    assertThat(running.seed()).isEqualTo(7)
    assertThat(list.output().toString()).contains("<th", "first", "running")
    assertThat(runsUnderWay()).contains(second)
    assertThatThrownBy { resume(runs.resolve("second").toString()) }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageContaining("is running; stop it first")
    second.stop()
    second.await()
    assertThat(runsUnderWay()).doesNotContain(second)
    val stopped = runs(runs.toString()).first { it.name() == "second" }
    assertThat(stopped.state()).isEqualTo("stopped")
    assertThat(stopped.canGoOn()).isTrue()
  }

  @Test
  fun a_run_whose_process_is_gone_is_interrupted_and_goes_on(@TempDir runs: Path) {
    val folder = runs.resolve("run")
    val run = experiment {
      threads(1)
      steps(200_000_000)
      out(folder)
      background()
    }
    while (run.steps() < 1_000) Thread.sleep(1)
    run.stop()
    run.await()
    val json = folder.resolve("run.json")
    val pid = RunDirectory.read(folder).at("/process/pid").asText()
    assertThat(pid).isEqualTo(ProcessHandle.current().pid().toString())
    val killed =
      Files.readString(json).replace("\"stopped\"", "\"running\"").replace(pid, "4194305")
    Files.writeString(json, killed) // As a kill would have left it.

    val listed = runs(runs.toString()).single()
    assertThat(listed.state()).isEqualTo("interrupted")
    assertThat(listed.canGoOn()).isTrue()

    val resumed = resume(folder.toString()) { background() }
    while (resumed.steps() < run.steps() + 1_000) Thread.sleep(1)
    resumed.stop()
    assertThat(resumed.await().experiment().steps()).hasValue(200_000_000)
  }

  @Test
  fun what_cannot_be_resumed_is_told(@TempDir runs: Path) {
    assertThatThrownBy { resume("no-such-run") }
      .isInstanceOf(IllegalArgumentException::class.java)
      .hasMessageStartingWith("expected a run that runs() lists, or the folder of one")
    assertThatThrownBy { resume(runs.toString()) }
      .isInstanceOf(IllegalArgumentException::class.java)
    assertThat(runs(runs.resolve("none").toString()).toString()).startsWith("no runs in /")
  }

  @Test
  fun each_run_gets_a_folder_of_its_own(@TempDir runs: Path) {
    val experiment = describedBy { env("LunarLander-v3", "gravity" to -5.0) }
    val folders = List(3) { newRunFolder(experiment, runs) }

    assertThat(folders.toSet()).hasSize(3)
    assertThat(folders).allMatch { Files.isDirectory(it) }
    assertThat(folders[0].fileName.toString())
      .matches("\\d{8}-\\d{6}-A3C-LunarLander_v3_gravity_5.0_?-seed1")
    val file = Files.writeString(runs.resolve("file"), "")
    val impossible = newRunFolder(experiment, file)
    assertThat(impossible.parent).isEqualTo(file)
    assertThat(Files.exists(impossible)).isFalse()
  }
}
