package dev.stampede.notebook

import ai.djl.ndarray.NDManager
import dev.stampede.nn.Engine
import org.assertj.core.api.Assertions.assertThat
import org.junit.jupiter.api.Test

class NDArraysTest {
  @Test
  fun numbers_stand_on_either_side() {
    Engine.version() // Starts the engine without its downloads.
    NDManager.newBaseManager().use { manager ->
      val x = manager.create(floatArrayOf(1f, 2f, 4f))
      val y = manager.create(floatArrayOf(2f, 2f, 2f))

      assertThat((x + y).toFloatArray()).containsExactly(3f, 4f, 6f)
      assertThat((x - y).toFloatArray()).containsExactly(-1f, 0f, 2f)
      assertThat((x * y).toFloatArray()).containsExactly(2f, 4f, 8f)
      assertThat((x / y).toFloatArray()).containsExactly(0.5f, 1f, 2f)
      assertThat((x + 1).toFloatArray()).containsExactly(2f, 3f, 5f)
      assertThat((1 + x).toFloatArray()).containsExactly(2f, 3f, 5f)
      assertThat((x - 1.0).toFloatArray()).containsExactly(0f, 1f, 3f)
      assertThat((1.0 - x).toFloatArray()).containsExactly(0f, -1f, -3f)
      assertThat((x * 0.5).toFloatArray()).containsExactly(0.5f, 1f, 2f)
      assertThat((0.5 * x).toFloatArray()).containsExactly(0.5f, 1f, 2f)
      assertThat((x / 2).toFloatArray()).containsExactly(0.5f, 1f, 2f)
      assertThat((8 / x).toFloatArray()).containsExactly(8f, 4f, 2f)
      assertThat((-x).toFloatArray()).containsExactly(-1f, -2f, -4f)
    }
  }
}
