package dev.stampede.runtime;

import dev.stampede.nn.ActorParameters;
import dev.stampede.nn.ParameterSource;
import dev.stampede.nn.ParameterVersion;
import dev.stampede.nn.ReceivedParameters;
import dev.stampede.replay.PriorityMessage;
import dev.stampede.replay.PrioritySink;
import dev.stampede.replay.Receipts;
import dev.stampede.replay.TransitionMessage;
import dev.stampede.replay.TransitionSink;
import dev.stampede.replay.Transitions;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Actors on one side, the learner on the other, and nothing between them but bytes in bad queues:
 * transitions and questions for parameters one way, parameters the other; a third queue brings the
 * learner's priorities to the memory. For one run.
 */
final class QueuesLink implements Link, AutoCloseable {
  private static final byte TRANSITIONS = 0;
  private static final byte QUESTION = 1;

  private final BooleanSupplier running;
  private final BadQueue toLearner;
  private final BadQueue toActors;
  private final BadQueue toMemory;
  private final int theta;
  private final int phi;
  private final ReceivedParameters received;
  private final Receipts receipts = new Receipts();
  private final List<Thread> threads = new ArrayList<>();
  private @Nullable TransitionSink memory;
  private @Nullable PrioritySink priorities;
  private @Nullable ParameterSource learner;

  /** The versions that each actor took, in their order. */
  final List<List<ParameterVersion>> taken = new CopyOnWriteArrayList<>();

  final List<Throwable> broken = new CopyOnWriteArrayList<>();
  final Set<ByteBuffer> added = ConcurrentHashMap.newKeySet();
  final List<IOException> refused = new CopyOnWriteArrayList<>();
  final AtomicLong addedTransitions = new AtomicLong();

  /** Messages of actors whose Q is not that of parameters that are all 0. */
  final AtomicLong acted = new AtomicLong();

  final AtomicLong addedTwice = new AtomicLong();
  final AtomicLong copies = new AtomicLong();
  final AtomicLong outdated = new AtomicLong();
  final AtomicLong prioritized = new AtomicLong();

  /**
   * @param running whether the run goes on; nobody waits after it
   * @param phi parameters of the critic, or 0
   * @param received what the actors' process has already
   */
  QueuesLink(
      BooleanSupplier running,
      BadQueue toLearner,
      BadQueue toActors,
      BadQueue toMemory,
      int theta,
      int phi,
      ReceivedParameters received) {
    this.running = running;
    this.toLearner = toLearner;
    this.toActors = toActors;
    this.toMemory = toMemory;
    this.theta = theta;
    this.phi = phi;
    this.received = received;
  }

  void start() {
    threads.add(new Thread(() -> receive(toLearner, this::atLearner), "learner's end"));
    threads.add(new Thread(() -> receive(toActors, this::atActors), "actors' end"));
    threads.add(new Thread(() -> receive(toMemory, this::atMemory), "memory's end"));
    threads.forEach(Thread::start);
  }

  /** Whether all of its threads have ended. */
  boolean hasEnded() {
    return threads.stream().noneMatch(Thread::isAlive);
  }

  @Override
  public void close() throws InterruptedException {
    toLearner.close();
    toActors.close();
    toMemory.close();
    for (Thread thread : threads) {
      thread.join(10_000);
    }
  }

  @Override
  public TransitionSink sink(int actor, TransitionSink atLearner) {
    memory = atLearner;
    AtomicLong number = new AtomicLong();
    return (Transitions transitions, double[] priorities, Runnable rest) -> {
      var message = new TransitionMessage(1, number.getAndIncrement(), transitions, priorities);
      send(toLearner, bytes(TRANSITIONS, message::write), rest);
    };
  }

  @Override
  public ParameterSource parameters(int actor, ParameterSource atLearner) {
    learner = atLearner;
    List<ParameterVersion> ofActor = new CopyOnWriteArrayList<>();
    taken.add(ofActor);
    return (known, take) -> {
      ParameterVersion now = pull(known, take);
      while (now.equals(ParameterVersion.NONE) && running.getAsBoolean()) {
        now = pull(known, take); // The question or the answer was lost, or is under way.
      }
      if (!now.equals(known)) {
        ofActor.add(now);
      }
      return now;
    };
  }

  @Override
  public PrioritySink priorities(PrioritySink atMemory) {
    priorities = atMemory;
    return message -> send(toMemory, Checkpoint.bytes(message::write), () -> {});
  }

  private ParameterVersion pull(ParameterVersion known, Consumer<ActorParameters> take) {
    byte[] question =
        bytes(
            QUESTION,
            out -> {
              out.writeLong(known.epoch());
              out.writeLong(known.counter());
            });
    send(toLearner, question, () -> {});
    return received.newerThan(known, take);
  }

  private void send(BadQueue queue, byte[] message, Runnable rest) {
    try {
      while (!queue.send(message) && running.getAsBoolean()) {
        rest.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** What one end does with a message. */
  private interface End {
    void take(byte[] message) throws IOException;
  }

  private void receive(BadQueue queue, End end) {
    try {
      for (byte[] message = queue.take(); message != null; message = queue.take()) {
        try {
          end.take(message);
        } catch (IOException e) {
          refused.add(e);
        }
      }
    } catch (Throwable e) {
      broken.add(e);
    }
  }

  private void atLearner(byte[] message) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(message));
    switch (in.readByte()) {
      case TRANSITIONS -> addOnce(message, TransitionMessage.read(in));
      case QUESTION -> answer(new ParameterVersion(in.readLong(), in.readLong()));
      default -> throw new IOException("neither transitions nor a question");
    }
  }

  private void addOnce(byte[] bytes, TransitionMessage message) {
    if (!receipts.isNew(message)) {
      copies.incrementAndGet();
      return;
    }
    if (!added.add(ByteBuffer.wrap(bytes))) {
      addedTwice.incrementAndGet();
    }
    addedTransitions.addAndGet(message.transitions().size());
    acted.addAndGet(message.transitions().out()[0] == 0 ? 0 : 1);
    if (memory != null) {
      memory.add(message.transitions(), message.priorities(), () -> {});
    }
  }

  private void answer(ParameterVersion known) {
    ActorParameters copy = ActorParameters.zeros(theta, phi);
    ParameterVersion version =
        learner == null
            ? known
            : learner.newerThan(
                known,
                newest -> {
                  copy.theta().set(newest.theta());
                  copy.phi().ifPresent(each -> each.set(newest.phi().orElseThrow()));
                });
    if (!version.equals(known)) {
      send(toActors, bytes(QUESTION, out -> copy.write(version, out)), () -> {});
    }
  }

  private void atMemory(byte[] message) throws IOException {
    PriorityMessage read =
        PriorityMessage.read(new DataInputStream(new ByteArrayInputStream(message)));
    if (priorities != null) {
      priorities.set(read);
      prioritized.incrementAndGet();
    }
  }

  private void atActors(byte[] message) throws IOException {
    var in = new DataInputStream(new ByteArrayInputStream(message, 1, message.length - 1));
    if (!received.receive(in)) {
      outdated.incrementAndGet();
    }
  }

  /** Writes into a message. */
  private interface Writer {
    void write(DataOutput out) throws IOException;
  }

  private static byte[] bytes(byte kind, Writer writer) {
    return Checkpoint.bytes(
        out -> {
          out.writeByte(kind);
          writer.write(out);
        });
  }
}
