package dev.stampede.replay;

import dev.stampede.env.Action;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Transitions in a ring of slots, their frames beside them. A transition's running number names its
 * slot (modulo their number) and its generation at once.
 *
 * <p>One thread at a time, except for {@link #write} into what was reserved, {@link #copyFrames}
 * and {@link #oldest}.
 */
final class Ring {
  private static final int VERSION = 1;

  private final Planes planes;
  private final ActionSize actions;
  private final int slotCount;
  private final int[] shape;
  private final Frames frames;
  private final Slots slots;
  private final Map<Integer, Carried> carried = new HashMap<>();
  private long end;
  private volatile long oldest;

  Ring(ReplaySize size, Blocks memory) {
    this.planes = Planes.of(size.observations());
    this.actions = ActionSize.of(size.actions());
    this.slotCount = size.slots();
    this.shape =
        new int[] {VERSION, planes.count(), planes.bytes(), actions.choices(), actions.numbers()};
    this.frames = new Frames(memory, planes, size.capacity());
    this.slots = new Slots(memory, planes, actions, slotCount);
  }

  /**
   * Room for a block.
   *
   * @param first running number of its first transition
   * @param places where each of its frames is or goes; −1 if no transition shows it
   * @param fresh which of them are to be written
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record Reservation(long first, int[] places, boolean[] fresh) {}

  int slotCount() {
    return slotCount;
  }

  int slot(long number) {
    return (int) (number % slotCount);
  }

  /** The number of the transition in a slot that is taken. */
  long number(int slot) {
    return oldest + Math.floorMod(slot - slot(oldest), slotCount);
  }

  /** The oldest one there is; equal to {@link #end} if there is none. Any thread may ask. */
  long oldest() {
    return oldest;
  }

  /** The number that the next one gets. */
  long end() {
    return end;
  }

  double priority(long number) {
    return slots.priority(slot(number));
  }

  void priority(long number, double priority) {
    slots.priority(slot(number), priority);
  }

  void check(Transitions block) {
    if (!block.planes().equals(planes)) {
      throw new IllegalArgumentException(
          "transitions: expected observations of %d frames of %d bytes but got %d of %d"
              .formatted(
                  planes.count(), planes.bytes(), block.planes().count(), block.planes().bytes()));
    }
    if (block.size() > slotCount) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "a block of %,d transitions in a replay with room for %,d; take them out more often",
              block.size(),
              slotCount));
    }
    for (int j = 0; j < block.size(); j++) {
      actions.check(block.action(j));
    }
  }

  /**
   * Takes slots and frames; {@link #removeOldest} has made room.
   *
   * @param knownHashes of the block's first frames, which may be here already
   */
  Reservation reserve(Transitions block, long[] knownHashes) {
    slots.reserve(Math.min(end + block.size(), slotCount));
    frames.reserve(block.frameCount());
    int[] places = places(block, knownHashes);
    boolean[] fresh = new boolean[places.length];
    for (int j = 0; j < block.size(); j++) {
      int slot = slot(end + j);
      slots.priority(slot, Slots.UNWRITTEN);
      for (int i = 0; i < 2 * planes.count(); i++) {
        int frame = block.place(j, i);
        if (places[frame] < 0) {
          places[frame] = frames.take();
          fresh[frame] = true;
        }
        slots.place(slot, i, places[frame]);
        frames.retain(places[frame]);
      }
    }
    end += block.size();
    return new Reservation(end - block.size(), places, fresh);
  }

  private int[] places(Transitions block, long[] knownHashes) {
    Carried shared = carried.getOrDefault(block.actor(), Carried.NOTHING);
    int[] places = new int[block.frameCount()];
    Arrays.fill(places, -1);
    for (int i = 0; i < knownHashes.length; i++) {
      places[i] = shared.find(block.firstFrame() + i, knownHashes[i], oldest);
    }
    return places;
  }

  /** Nobody else touches these slots and frames before they are published. */
  void write(Transitions block, Reservation reserved) {
    for (int frame = 0; frame < reserved.places.length; frame++) {
      if (reserved.fresh[frame]) {
        frames.write(reserved.places[frame], block.frames(), frame * planes.bytes());
      }
    }
    for (int j = 0; j < block.size(); j++) {
      int slot = slot(reserved.first + j);
      slots.result(slot, block.reward(j), block.discount(j));
      slots.action(slot, block.action(j));
    }
  }

  /** Keeps in mind what the actor's next block may share, now that it is written. */
  void remember(Transitions block, Reservation reserved, long[] carriedHashes) {
    int from = block.frameCount() - carriedHashes.length;
    long[] users = new long[carriedHashes.length];
    Arrays.fill(users, -1);
    for (int j = 0; j < block.size(); j++) {
      for (int i = 0; i < 2 * planes.count(); i++) {
        int frame = block.place(j, i) - from;
        if (frame >= 0) {
          users[frame] = reserved.first + j;
        }
      }
    }
    int[] places = Arrays.copyOfRange(reserved.places, from, block.frameCount());
    carried.put(
        block.actor(), new Carried(block.firstFrame() + from, carriedHashes, places, users));
  }

  /** Its slot and the frames that only it showed can be used again. */
  void removeOldest() {
    int slot = slot(oldest);
    long next = oldest + 1; // Only one thread at a time is here.
    oldest = next;
    // A reader sees the new oldest before it sees what is written over the frames.
    VarHandle.fullFence();
    for (int i = 0; i < 2 * planes.count(); i++) {
      frames.release(slots.place(slot, i));
    }
  }

  /** Everything of a transition but its frames. */
  void read(long number, int j, Batch into) {
    int slot = slot(number);
    into.drawn(j, number, slots.priority(slot), end - 1 - number);
    into.set(j, slots.action(slot), slots.reward(slot), slots.discount(slot));
    for (int i = 0; i < 2 * planes.count(); i++) {
      into.place(j, i, slots.place(slot, i));
    }
  }

  /** The frames of a transition that was read; what was removed meanwhile may be overwritten. */
  void copyFrames(int j, Batch into) {
    int k = planes.count();
    for (int i = 0; i < k; i++) {
      frames.read(into.place(j, i), into.stateBytes(j), i * planes.bytes());
      frames.read(into.place(j, k + i), into.nextBytes(j), i * planes.bytes());
    }
  }

  /**
   * Writes all, the oldest first, each frame where it is shown first. The same content gives the
   * same bytes, wherever it lies in memory.
   */
  void save(DataOutput out) throws IOException {
    for (int number : shape) {
      out.writeInt(number);
    }
    out.writeLong(oldest);
    out.writeLong(end);
    var renumbered = new Renumbered(out);
    for (long number = oldest; number < end; number++) {
      save(slot(number), renumbered, out);
    }
    out.writeInt(carried.size());
    for (var ofActor : new TreeMap<>(carried).entrySet()) {
      out.writeInt(ofActor.getKey());
      save(ofActor.getValue(), renumbered, out);
    }
  }

  private void save(int slot, Renumbered renumbered, DataOutput out) throws IOException {
    out.writeDouble(slots.reward(slot));
    out.writeDouble(slots.discount(slot));
    out.writeDouble(slots.priority(slot));
    if (actions.numbers() == 0) {
      out.writeInt(slots.action(slot).index());
    } else {
      for (float value : slots.action(slot).numbers()) {
        out.writeFloat(value);
      }
    }
    for (int i = 0; i < 2 * planes.count(); i++) {
      renumbered.save(slots.place(slot, i));
    }
  }

  private void save(Carried frames, Renumbered renumbered, DataOutput out) throws IOException {
    out.writeLong(frames.first());
    out.writeInt(frames.places().length);
    for (int i = 0; i < frames.places().length; i++) {
      boolean there = frames.users()[i] >= oldest;
      out.writeLong(frames.hashes()[i]);
      out.writeLong(there ? frames.users()[i] : -1);
      out.writeInt(there ? renumbered.of(frames.places()[i]) : -1);
    }
  }

  /** Frames in the order in which they are shown first. */
  private final class Renumbered {
    private final DataOutput out;
    private final int[] numbers = new int[frames.used()];
    private final byte[] scratch = new byte[planes.bytes()];
    private int count;

    Renumbered(DataOutput out) {
      this.out = out;
      Arrays.fill(numbers, -1);
    }

    int of(int frame) {
      return numbers[frame];
    }

    void save(int frame) throws IOException {
      boolean first = numbers[frame] < 0;
      if (first) {
        numbers[frame] = count++;
      }
      out.writeInt(numbers[frame]);
      if (first) {
        frames.read(frame, scratch, 0);
        out.write(scratch);
      }
    }
  }

  /** Forgets all and takes over what {@link #save} wrote; is empty if that cannot be read. */
  void restore(DataInput in) throws IOException {
    clear(0, 0);
    try {
      readAll(in);
    } catch (IOException | RuntimeException e) {
      clear(0, 0);
      throw e;
    }
  }

  private void clear(long from, long to) {
    carried.clear();
    frames.clear();
    end = to;
    oldest = from;
  }

  private void readAll(DataInput in) throws IOException {
    for (int number : shape) {
      int saved = in.readInt();
      if (saved != number) {
        throw new IOException(
            "the saved replay is of other observations or actions, or of another version:"
                + " %d instead of %d in %s".formatted(saved, number, Arrays.toString(shape)));
      }
    }
    long from = in.readLong();
    long to = in.readLong();
    if (from < 0 || to < from || to - from > slotCount) {
      throw new IOException(
          "the saved replay holds transitions %d to %d, but there is room for %d"
              .formatted(from, to, slotCount));
    }
    slots.reserve(slotsUsed(from, to));
    clear(from, to);
    byte[] scratch = new byte[planes.bytes()];
    for (long number = from; number < to; number++) {
      read(slot(number), scratch, in);
    }
    for (int left = in.readInt(); left > 0; left--) {
      carried.put(in.readInt(), readCarried(in));
    }
  }

  /** All before the highest slot. */
  private long slotsUsed(long from, long to) {
    boolean wraps = to > from && slot(to - 1) < slot(from);
    return to == from ? 0 : wraps ? slotCount : slot(to - 1) + 1L;
  }

  private void read(int slot, byte[] scratch, DataInput in) throws IOException {
    slots.result(slot, in.readDouble(), in.readDouble());
    slots.priority(slot, in.readDouble());
    slots.action(slot, readAction(in));
    for (int i = 0; i < 2 * planes.count(); i++) {
      slots.place(slot, i, readFrame(scratch, in));
    }
  }

  private Action readAction(DataInput in) throws IOException {
    if (actions.numbers() == 0) {
      return Action.of(in.readInt());
    }
    float[] values = new float[actions.numbers()];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readFloat();
    }
    return Action.of(values);
  }

  private int readFrame(byte[] scratch, DataInput in) throws IOException {
    int frame = in.readInt();
    if (frame < 0 || frame > frames.used()) {
      throw new IOException("the saved replay is damaged: frame " + frame + " before it is there");
    }
    if (frame == frames.used()) {
      in.readFully(scratch);
      frames.reserve(1);
      frames.write(frames.take(), scratch, 0);
    }
    frames.retain(frame);
    return frame;
  }

  private static Carried readCarried(DataInput in) throws IOException {
    long first = in.readLong();
    int count = in.readInt();
    var read = new Carried(first, new long[count], new int[count], new long[count]);
    for (int i = 0; i < count; i++) {
      read.hashes()[i] = in.readLong();
      read.users()[i] = in.readLong();
      read.places()[i] = in.readInt();
    }
    return read;
  }
}
