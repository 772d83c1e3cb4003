package dev.stampede.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MailTest {

  @Test
  void everybody_gets_the_same_messages_in_the_order_of_their_numbers() throws Exception {
    int workers = 5;
    AtomicInteger asked = new AtomicInteger();
    Mail mail = new Mail(workers, asked::incrementAndGet);
    List<List<Mail.Exchange>> got = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int id = 0; id < workers; id++) {
      int me = id;
      List<Mail.Exchange> mine = new CopyOnWriteArrayList<>();
      got.add(mine);
      threads.add(
          new Thread(
              () -> {
                for (int round = 0; round < 500; round++) {
                  mine.add(mail.exchange(me, new double[] {me, round}, () -> false).orElseThrow());
                }
              }));
    }
    threads.forEach(Thread::start);
    for (Thread each : threads) {
      each.join();
    }

    for (List<Mail.Exchange> each : got) {
      assertThat(each).isEqualTo(got.get(0)).hasSize(500);
    }
    for (int round = 0; round < 500; round++) {
      Mail.Exchange exchange = got.get(0).get(round);
      assertThat(exchange.learningRate()).isEqualTo(round + 1);
      for (int id = 0; id < workers; id++) {
        assertThat(exchange.messages().get(id)).containsExactly(id, round);
      }
    }
  }

  @Test
  void who_gives_up_takes_the_message_back_and_may_come_again() {
    Mail mail = new Mail(2, () -> 1);

    assertThat(mail.exchange(0, new double[] {1}, () -> true)).isEmpty();
    assertThat(mail.exchange(1, new double[] {2}, () -> true)).isEmpty(); // 0 is not there.
    Thread other = new Thread(() -> mail.exchange(0, new double[] {3}, () -> false));
    other.start();
    while (other.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }

    assertThat(mail.exchange(1, new double[] {4}, () -> true).orElseThrow().messages())
        .satisfiesExactly(
            first -> assertThat(first).containsExactly(3),
            second -> assertThat(second).containsExactly(4));
  }

  @Test
  void an_interrupt_ends_the_wait_and_stays_set() {
    Mail mail = new Mail(2, () -> 1);
    Thread.currentThread().interrupt();

    assertThat(mail.exchange(0, new double[0], () -> false)).isEmpty();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void what_is_sent_reaches_the_others_once_and_is_saved_until_then() throws IOException {
    Mail mail = new Mail(3, () -> 1);
    mail.send(1, new double[] {7, 8});
    mail.send(2, new double[] {9});
    assertThat(mail.take(1)).hasSize(1);
    byte[] saved = Checkpoint.bytes(mail::save);
    Mail resumed = new Mail(3, () -> 1);

    resumed.restore(new DataInputStream(new ByteArrayInputStream(saved)));

    for (Mail each : List.of(mail, resumed)) {
      assertThat(each.take(0))
          .satisfiesExactly(
              first -> assertThat(first).containsExactly(7, 8),
              second -> assertThat(second).containsExactly(9));
      assertThat(each.take(1)).isEmpty();
      assertThat(each.take(2)).satisfiesExactly(first -> assertThat(first).containsExactly(7, 8));
      assertThat(each.take(0)).isEmpty();
    }
  }
}
