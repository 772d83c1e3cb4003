package dev.stampede.gym;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** plain_vector.py in a process of its own, which imports nothing of ours. */
final class PlainVector implements AutoCloseable {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.USE_LONG_FOR_INTS).build();

  private final Process process;
  private final Writer orders;
  private final BufferedReader answers;

  PlainVector() throws IOException {
    process =
        new ProcessBuilder(
                Workers.python(EnvironmentGroup.BOX2D.requirements()).toString(),
                "-W",
                "ignore",
                Workers.TEST_MODULES.resolve("plain_vector.py").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    orders = process.outputWriter(StandardCharsets.UTF_8);
    answers = process.inputReader(StandardCharsets.UTF_8);
  }

  List<Map<?, ?>> answer(Object... order) throws IOException {
    orders.write(JSON.writeValueAsString(order) + "\n");
    orders.flush();
    List<Map<?, ?>> lines = new ArrayList<>();
    while (true) {
      String line = answers.readLine();
      assertThat(line).as("plain_vector.py ended early").isNotNull();
      if (line.equals("\"end\"")) {
        return lines;
      }
      lines.add(JSON.readValue(line, Map.class));
    }
  }

  @Override
  public void close() throws IOException, InterruptedException {
    orders.close();
    assertThat(process.waitFor()).isZero();
  }
}
