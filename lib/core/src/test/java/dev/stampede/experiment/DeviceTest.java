package dev.stampede.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stampede.nn.Engine;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceTest {

  @Test
  void a_gpu_is_refused_before_training_with_what_was_found_and_what_to_do(@TempDir Path folder) {
    Path out = folder.resolve("run");

    assertThatThrownBy(
            () -> Experiment.of().env("CartPole").device(Device.gpu()).out(out).build().run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a GPU was asked for")
        .hasMessageContaining("the engine, " + Engine.version())
        .hasMessageContaining("its devices are cpu")
        .hasMessageContaining("device(cpu()), on the command line --device cpu");
    assertThat(Files.exists(out)).isFalse();
  }

  @Test
  void a_run_is_not_resumed_on_a_gpu_either(@TempDir Path folder) {
    Experiment.of().env("CartPole").threads(1).steps(200).out(folder).build().run();

    assertThatThrownBy(() -> Experiment.resume(folder).steps(400).device(Device.gpu()).build())
        .hasMessageContaining("a GPU was asked for");
  }

  @Test
  void a_gpu_that_the_engine_has_is_refused_for_the_true_reason() {
    assertThat(Device.refusal("PyTorch 2.7.1", 2))
        .contains("this version of Stampede does not compute on one")
        .contains("its devices are cpu and 2 gpu")
        .contains("learns on the CPU");
    assertThat(Device.refusal("PyTorch 2.7.1", 0))
        .contains("PyTorch 2.7.1, can compute on none here: its devices are cpu;")
        .doesNotContain("does not compute on one");
  }

  @Test
  void the_cpu_is_the_default_and_can_be_asked_for() {
    assertThat(Experiment.of().build().device()).isEqualTo(Device.cpu());
    assertThat(Experiment.of().device(Device.gpu()).device(Device.cpu()).build().device())
        .isEqualTo(Device.cpu());
  }

  @Test
  void a_device_has_one_of_two_names() {
    assertThat(Device.named("cpu")).isEqualTo(Device.cpu());
    assertThat(Device.named("gpu")).isEqualTo(Device.gpu());
    assertThatThrownBy(() -> Device.named("cuda"))
        .hasMessage("device: expected cpu or gpu but got \"cuda\"");
  }
}
