package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SumTreeTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 15, 16, 17, 255, 256, 257, 5000})
  void finds_what_a_plain_sum_finds(int size) {
    SplittableRandom random = new SplittableRandom(size);
    SumTree tree = new SumTree(size);
    double[] numbers = new double[size];
    for (int round = 0; round < 2000; round++) {
      int i = random.nextInt(size);
      numbers[i] = random.nextInt(4) == 0 ? 0 : random.nextInt(1, 100); // whole: sums are exact
      tree.set(i, numbers[i]);
    }
    numbers[0] = 3;
    tree.set(0, 3);

    double total = 0;
    for (int i = 0; i < size; i++) {
      for (double u = total; u < total + numbers[i]; u += 0.5) {
        assertThat(tree.find(u)).isEqualTo(i);
      }
      total += numbers[i];
    }
    assertThat(tree.total()).isEqualTo(total);
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 3000})
  void sums_do_not_drift(int size) {
    SplittableRandom random = new SplittableRandom(1);
    SumTree tree = new SumTree(size);
    for (int round = 0; round < 1_000_000; round++) {
      tree.set(random.nextInt(size), Math.exp(random.nextDouble(-20, 20)));
    }

    SumTree fresh = new SumTree(size);
    double sum = 0;
    for (int i = 0; i < size; i++) {
      fresh.set(i, tree.get(i));
      sum += tree.get(i);
    }
    assertThat(tree.total()).isEqualTo(fresh.total()).isCloseTo(sum, within(sum * 1e-13));
  }

  @ParameterizedTest
  @ValueSource(ints = {40, 700})
  void never_finds_a_zero_even_beyond_the_sum(int size) {
    SumTree tree = new SumTree(size);
    tree.set(7, 0.1);
    tree.set(20, 0.2);

    assertThat(tree.find(tree.total())).isEqualTo(20);
    assertThat(tree.find(Double.MAX_VALUE)).isEqualTo(20);
    assertThat(tree.find(0)).isEqualTo(7);
  }
}
