package dev.stampede.replay;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** The simple memory: one lock, on the heap. */
final class RingReplay implements Replay {
  private final ReplaySize size;
  private final double alpha;
  private final boolean prioritized;
  private final List<Entry> entries = new ArrayList<>();
  private long oldest;
  private double largest = 1;
  private boolean closed;

  private static final class Entry {
    final Transitions block;
    final int j;
    double priority;

    Entry(Transitions block, int j, double priority) {
      this.block = block;
      this.j = j;
      this.priority = priority;
    }
  }

  RingReplay(ReplaySize size, double alpha, boolean prioritized) {
    this.size = size;
    this.alpha = alpha;
    this.prioritized = prioritized;
  }

  @Override
  public synchronized void add(Transitions block) {
    double[] priorities = new double[block.size()];
    Arrays.fill(priorities, largest);
    add(block, priorities);
  }

  @Override
  public synchronized void add(Transitions block, double[] priorities) {
    open();
    check(priorities, block.size());
    for (int j = 0; j < block.size(); j++) {
      entries.add(new Entry(block, j, priorities[j]));
      largest = Math.max(largest, priorities[j]);
    }
    removeDownTo(size.capacity() + Math.max(1000, size.capacity() / 20));
  }

  @Override
  public synchronized void draw(int n, double beta, RandomGenerator random, Batch into) {
    open();
    if (entries.isEmpty()) {
      throw new IllegalStateException("nothing to draw from; add transitions first");
    }
    double[] sums = new double[entries.size()];
    double total = 0;
    for (int i = 0; i < sums.length; i++) {
      total += leaf(entries.get(i));
      sums[i] = total;
    }
    double heaviest = 0;
    for (int j = 0; j < n; j++) {
      double u = (prioritized ? (j + random.nextDouble()) / n : random.nextDouble()) * total;
      int found = Arrays.binarySearch(sums, u);
      int i = Math.min(found >= 0 ? found + 1 : -found - 1, sums.length - 1);
      Entry entry = entries.get(i);
      into.set(
          j,
          entry.block.action(entry.j),
          entry.block.reward(entry.j),
          entry.block.discount(entry.j));
      entry
          .block
          .state(entry.j)
          .copyTo(ByteBuffer.wrap(into.stateBytes(j)).order(ByteOrder.nativeOrder()));
      entry
          .block
          .next(entry.j)
          .copyTo(ByteBuffer.wrap(into.nextBytes(j)).order(ByteOrder.nativeOrder()));
      into.drawn(j, oldest + i, entry.priority, added() - 1 - (oldest + i));
      double weight = prioritized ? Math.pow(sums.length * leaf(entry) / total, -beta) : 1;
      into.weight(j, weight);
      heaviest = Math.max(heaviest, weight);
    }
    into.size(n);
    for (int j = 0; j < n; j++) {
      into.weight(j, into.weight(j) / heaviest);
    }
  }

  private double leaf(Entry entry) {
    return prioritized ? Math.pow(entry.priority + 1e-6, alpha) : 1;
  }

  @Override
  public synchronized void setPriorities(Batch batch, double[] priorities) {
    open();
    check(priorities, batch.size());
    for (int j = 0; j < priorities.length; j++) {
      if (batch.number(j) >= oldest) {
        entries.get((int) (batch.number(j) - oldest)).priority = priorities[j];
        largest = Math.max(largest, priorities[j]);
      }
    }
  }

  private static void check(double[] priorities, int expected) {
    if (priorities.length != expected) {
      throw new IllegalArgumentException(
          "expected %d priorities but got %d".formatted(expected, priorities.length));
    }
    for (int j = 0; j < expected; j++) {
      if (!(priorities[j] >= 0 && priorities[j] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "priority %d: expected a finite number ≥ 0 but got %s; has the network diverged?"
                .formatted(j, priorities[j]));
      }
    }
  }

  @Override
  public synchronized void removeToFit() {
    open();
    removeDownTo(size.capacity());
  }

  private void removeDownTo(long most) {
    int gone = (int) Math.max(0, entries.size() - most);
    entries.subList(0, gone).clear();
    oldest += gone;
  }

  @Override
  public synchronized long size() {
    open();
    return entries.size();
  }

  @Override
  public long capacity() {
    return size.capacity();
  }

  @Override
  public synchronized long added() {
    open();
    return oldest + entries.size();
  }

  @Override
  public synchronized long bytes() {
    open();
    return entries.stream().mapToLong(e -> 2L * e.block.planes().observationBytes()).sum();
  }

  private void open() {
    if (closed) {
      throw new IllegalStateException("this replay is closed");
    }
  }

  @Override
  public void save(DataOutput out) throws IOException {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public void restore(DataInput in) throws IOException {
    throw new UnsupportedOperationException("not yet");
  }

  @Override
  public synchronized void close() {
    closed = true;
    entries.clear();
  }
}
