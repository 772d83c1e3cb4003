package dev.stampede.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class TransitionMessageTest {

  @Test
  void is_the_same_after_it_was_written_and_read() throws IOException {
    TransitionMessage read = read(written(message(3, 9)));

    assertThat(read.epoch()).isEqualTo(3);
    assertThat(read.number()).isEqualTo(9);
    assertThat(read.actor()).isZero();
    assertThat(read.priorities()).containsExactly(0, 0.5, 1e300);
    assertThat(read.transitions().size()).isEqualTo(3);
    assertThat(read.transitions().reward(2)).isEqualTo(12);
  }

  @Test
  void damage_on_the_way_is_noticed() throws IOException {
    Damage.isNoticed("message of transitions", written(message(3, 9)), TransitionMessageTest::read);
  }

  @Test
  void each_transition_has_a_priority() {
    assertThatThrownBy(() -> new TransitionMessage(1, 1, Small.block(0, 3), new double[2]))
        .hasMessageContaining("a priority for each of 3 transitions but got 2");
  }

  @Test
  void each_is_taken_once_in_whatever_order_they_come() {
    Receipts receipts = new Receipts();

    for (int number : new int[] {4, 2, 3, 7, 0}) {
      assertThat(receipts.isNew(message(1, number))).as("first %d", number).isTrue();
    }
    for (int number : new int[] {0, 2, 3, 4, 7}) {
      assertThat(receipts.isNew(message(1, number))).as("second %d", number).isFalse();
    }
    assertThat(receipts.isNew(message(1, 1))).isTrue();
  }

  @Test
  void what_comes_much_too_late_is_taken_for_a_copy() {
    Receipts receipts = new Receipts();
    receipts.isNew(message(1, 100));

    assertThat(receipts.isNew(message(1, 100 - 64))).isFalse();
    assertThat(receipts.isNew(message(1, 100 - 63))).isTrue();
    assertThat(receipts.isNew(message(1, 1_000))).isTrue();
    assertThat(receipts.isNew(message(1, 999))).isTrue();
    assertThat(receipts.isNew(message(1, 100))).isFalse();
  }

  @Test
  void an_actor_that_started_again_counts_from_0_and_what_it_sent_before_is_not_taken() {
    Receipts receipts = new Receipts();
    receipts.isNew(message(1, 50));

    assertThat(receipts.isNew(message(2, 0))).isTrue();
    assertThat(receipts.isNew(message(2, 0))).isFalse();
    assertThat(receipts.isNew(message(1, 51))).isFalse();
    assertThat(receipts.isNew(message(2, 1))).isTrue();
  }

  private static TransitionMessage message(long epoch, long number) {
    return new TransitionMessage(epoch, number, Small.block(10, 3), new double[] {0, 0.5, 1e300});
  }

  private static TransitionMessage read(byte[] bytes) throws IOException {
    return TransitionMessage.read(new DataInputStream(new ByteArrayInputStream(bytes)));
  }

  private static byte[] written(TransitionMessage message) throws IOException {
    var bytes = new ByteArrayOutputStream();
    message.write(new DataOutputStream(bytes));
    return bytes.toByteArray();
  }
}
