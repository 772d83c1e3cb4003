package dev.stampede.replay;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.UUID;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * A ring of transitions under a sum tree.
 *
 * <p>A writer reserves slots and frames under the lock, copies without it, and publishes under it:
 * what is not published has no part in the sums. The reader draws under the lock, copies frames
 * without it, then looks whether what it copied is still there, and draws anew what is not.
 */
final class RingReplay implements Replay {
  /** So often the reader draws anew what was overwritten; then it makes the writers wait. */
  private static final int PATIENCE = 3;

  private static final double SMALLEST = 1e-6;
  private static final double LARGEST_LEAF = 1e200; // so that no sum is infinite

  private final ReplaySize size;
  private final double alpha;
  private final boolean prioritized;
  private final Blocks memory;
  private final Planes planes;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  // Guarded by the lock, but for what Ring lets anybody do.
  private final Ring ring;
  private final SumTree tree;
  private long name = newName();
  private long published;
  private double largest = 1;
  private double meanAge = Double.NaN;
  private long drawn;
  private int copying;
  private int writing;
  private boolean alone;
  private boolean closed;

  RingReplay(ReplaySize size, double alpha, boolean prioritized, Supplier<Blocks> memory) {
    if (!(alpha >= 0 && alpha <= 1)) {
      throw new IllegalArgumentException("alpha must be in [0, 1] but is " + alpha);
    }
    this.size = size;
    this.alpha = alpha;
    this.prioritized = prioritized;
    this.planes = Planes.of(size.observations());
    this.tree = new SumTree(size.slots());
    this.memory = memory.get();
    this.ring = new Ring(size, this.memory);
  }

  @Override
  public void add(Transitions block) {
    addAll(block, null);
  }

  @Override
  public void add(Transitions block, double[] priorities) {
    Priorities.check(priorities, block.size());
    addAll(block, priorities);
  }

  private void addAll(Transitions block, double @Nullable [] priorities) {
    ring.check(block);
    if (block.size() == 0) {
      asked(() -> true);
      return;
    }
    int count = block.frameCount();
    long[] repeated = Carried.hashes(block, 0, block.repeated());
    long[] carried = Carried.hashes(block, count - block.carried(), count);
    Ring.Reservation reserved = locked(() -> reserve(block, repeated));
    try {
      ring.write(block, reserved);
    } catch (Throwable e) {
      locked(() -> publish(reserved, broken(block)));
      throw e;
    }
    locked(
        () -> {
          ring.remember(block, reserved, carried);
          return publish(reserved, priorities == null ? equal(block) : priorities);
        });
  }

  private Ring.Reservation reserve(Transitions block, long[] repeated) {
    enter();
    while (ring.end() + block.size() - ring.oldest() > ring.slotCount()) {
      removeOldest();
    }
    Ring.Reservation reserved = ring.reserve(block, repeated);
    copying++;
    writing++;
    return reserved;
  }

  private boolean publish(Ring.Reservation reserved, double[] priorities) {
    for (int j = 0; j < priorities.length; j++) {
      setPriority(reserved.first() + j, priorities[j]);
    }
    writing--;
    return leave();
  }

  private double[] equal(Transitions block) {
    double[] priorities = new double[block.size()];
    Arrays.fill(priorities, largest);
    return priorities;
  }

  private static double[] broken(Transitions block) {
    double[] priorities = new double[block.size()];
    Arrays.fill(priorities, Slots.BROKEN);
    return priorities;
  }

  private void setPriority(long number, double priority) {
    ring.priority(number, priority);
    leaf(ring.slot(number), priority < 0 ? 0 : leaf(priority));
    largest = Math.max(largest, priority);
  }

  private double leaf(double priority) {
    return prioritized ? Math.min(Math.pow(priority + SMALLEST, alpha), LARGEST_LEAF) : 1;
  }

  private void leaf(int slot, double leaf) {
    published += (leaf > 0 ? 1 : 0) - (tree.get(slot) > 0 ? 1 : 0);
    tree.set(slot, leaf);
  }

  @Override
  public void removeToFit() {
    locked(
        () -> {
          enter();
          while (ring.end() - ring.oldest() > size.capacity()) {
            removeOldest();
          }
          return true;
        });
  }

  /** Waits where that is still being written; when it is back, others may have removed it. */
  @SuppressWarnings("WaitNotInLoop") // All who call this do so in a loop.
  private void removeOldest() {
    if (Double.isNaN(ring.priority(ring.oldest()))) {
      changed.awaitUninterruptibly();
      enter();
    } else {
      leaf(ring.slot(ring.oldest()), 0);
      ring.removeOldest();
    }
  }

  @Override
  public void draw(int n, double beta, RandomGenerator random, Batch into) {
    check(n, beta, into);
    into.size(0);
    int[] todo = IntStream.range(0, n).toArray();
    for (int round = 0; todo.length > 0; round++) {
      int[] now = todo;
      if (round < PATIENCE) {
        locked(() -> pick(now, n, random, into));
        todo = overwritten(now, into);
      } else {
        locked(() -> pick(now, n, random, into) && copy(now, into) && leave());
        todo = new int[0];
      }
    }
    weigh(n, beta, into);
    into.size(n);
    double age = IntStream.range(0, n).mapToLong(into::age).average().orElseThrow();
    locked(
        () -> {
          meanAge = age;
          return drawn += n;
        });
  }

  private void check(int n, double beta, Batch into) {
    if (n < 1 || n > into.capacity()) {
      throw new IllegalArgumentException(
          "this batch takes from 1 to %d transitions, not %d".formatted(into.capacity(), n));
    }
    if (!(beta >= 0 && beta < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("beta must be finite and ≥ 0 but is " + beta);
    }
    if (!into.planes().equals(planes)) {
      throw new IllegalArgumentException(
          "the batch is of other observations than the replay; give both the same space");
    }
  }

  private boolean pick(int[] todo, int n, RandomGenerator random, Batch into) {
    enter();
    while (published == 0 && writing > 0) {
      changed.awaitUninterruptibly();
      enter();
    }
    if (published == 0) {
      throw new IllegalStateException("nothing to draw from; add transitions first");
    }
    into.memory(name);
    for (int j : todo) {
      double part = prioritized ? (j + random.nextDouble()) / n : random.nextDouble();
      int slot = tree.find(part * tree.total());
      ring.read(ring.number(slot), j, into);
      into.weight(j, published * (tree.get(slot) / tree.total()));
    }
    copying++;
    return true;
  }

  /** Copies frames without the lock; gives those that were overwritten meanwhile. */
  private int[] overwritten(int[] todo, Batch into) {
    try {
      copy(todo, into);
      VarHandle.acquireFence(); // Nothing is copied after the look at the oldest.
      long stillThere = ring.oldest();
      return Arrays.stream(todo).filter(j -> into.number(j) < stillThere).toArray();
    } finally {
      locked(this::leave);
    }
  }

  private boolean copy(int[] todo, Batch into) {
    for (int j : todo) {
      ring.copyFrames(j, into);
    }
    return true;
  }

  /** From N · P to (N · P)^−β over the largest. */
  private void weigh(int n, double beta, Batch into) {
    double heaviest = 0;
    for (int j = 0; j < n; j++) {
      into.weight(j, prioritized ? Math.pow(into.rawWeight(j), -beta) : 1);
      heaviest = Math.max(heaviest, into.rawWeight(j));
    }
    for (int j = 0; j < n; j++) {
      into.weight(j, into.rawWeight(j) / heaviest);
    }
  }

  @Override
  public void set(PriorityMessage priorities) {
    locked(
        () -> {
          enter();
          int count = priorities.memory() == name ? priorities.size() : 0;
          for (int j = 0; j < count; j++) {
            long number = priorities.number(j);
            if (number >= ring.oldest() && number < ring.end() && tree.get(ring.slot(number)) > 0) {
              setPriority(number, priorities.priority(j));
            }
          }
          return true;
        });
  }

  @Override
  public long size() {
    return asked(() -> published);
  }

  @Override
  public long capacity() {
    return size.capacity();
  }

  @Override
  public long added() {
    return asked(ring::end);
  }

  @Override
  public long bytes() {
    return asked(this::bytesTaken);
  }

  private long bytesTaken() {
    return memory.bytes() + tree.bytes();
  }

  @Override
  public ReplayStatus status() {
    return asked(
        () ->
            new ReplayStatus(
                published,
                capacity(),
                ring.end(),
                drawn,
                Priorities.quartiles(somePriorities()),
                meanAge,
                bytesTaken()));
  }

  private double[] somePriorities() {
    long stride = Math.max(1, (ring.end() - ring.oldest()) / 1000);
    return LongStream.iterate(ring.oldest(), number -> number < ring.end(), n -> n + stride)
        .mapToDouble(ring::priority)
        .filter(priority -> priority >= 0)
        .toArray();
  }

  /** {@inheritDoc} While it is written, others wait. */
  @Override
  public void save(DataOutput out) throws IOException {
    lock.lock();
    try {
      waitUntilAlone();
      out.writeDouble(largest);
      ring.save(out);
    } finally {
      notAlone();
    }
  }

  @Override
  public void restore(DataInput in) throws IOException {
    lock.lock();
    try {
      waitUntilAlone();
      numbers().forEach(number -> leaf(ring.slot(number), 0));
      double saved = in.readDouble();
      ring.restore(in);
      name = newName(); // The numbers are of other transitions now.
      numbers().forEach(number -> setPriority(number, ring.priority(number)));
      largest = saved;
    } finally {
      notAlone();
    }
  }

  private static long newName() {
    return UUID.randomUUID().getMostSignificantBits();
  }

  private LongStream numbers() {
    return LongStream.range(ring.oldest(), ring.end());
  }

  private void waitUntilAlone() {
    enter();
    alone = true;
    while (copying > 0) {
      changed.awaitUninterruptibly();
    }
    requireOpen();
  }

  private void notAlone() {
    alone = false;
    changed.signalAll();
    lock.unlock();
  }

  private void enter() {
    while (alone && !closed) {
      changed.awaitUninterruptibly();
    }
    requireOpen();
  }

  private boolean leave() {
    copying--;
    changed.signalAll();
    return true;
  }

  private <T> T asked(Supplier<T> question) {
    return locked(
        () -> {
          requireOpen();
          return question.get();
        });
  }

  private <T> T locked(Supplier<T> work) {
    lock.lock();
    try {
      return work.get();
    } finally {
      lock.unlock();
    }
  }

  private void requireOpen() {
    if (closed) {
      throw new IllegalStateException("this replay is closed; its run is over");
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      changed.signalAll();
      while (copying > 0) {
        changed.awaitUninterruptibly();
      }
      memory.close();
    } finally {
      lock.unlock();
    }
  }
}
