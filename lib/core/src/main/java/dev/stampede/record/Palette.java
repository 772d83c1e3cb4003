package dev.stampede.record;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * At most 255 colours for some pixels: their own if they have no more, otherwise those of a median
 * cut, Heckbert (1982), "Color image quantization for frame buffer display".
 */
final class Palette {
  static final int MOST = 255; // One more is left for "as before".

  private static final int BITS = 5; // Of each channel, in the cut.
  private static final int BINS = 1 << (3 * BITS);

  private final int[] colors;

  /** Index of a colour: where sorted, its place; after a cut, the box of its bin. */
  private final int[] boxOfBin;

  private Palette(int[] colors, int[] boxOfBin) {
    this.colors = colors;
    this.boxOfBin = boxOfBin;
  }

  /**
   * @param pixels 0xRRGGBB, at least one
   */
  static Palette of(int[] pixels) {
    int[] sorted = pixels.clone();
    Arrays.sort(sorted);
    int distinct = 0;
    for (int i = 0; i < sorted.length; i++) {
      if (i == 0 || sorted[i] != sorted[i - 1]) {
        sorted[distinct++] = sorted[i];
      }
    }
    return distinct <= MOST
        ? new Palette(Arrays.copyOf(sorted, distinct), new int[0])
        : cut(pixels);
  }

  /** 0xRRGGBB by index. */
  int[] colors() {
    return colors;
  }

  /** The colour nearest to this one, which was among the pixels. */
  int index(int pixel) {
    return boxOfBin.length == 0 ? Arrays.binarySearch(colors, pixel) : boxOfBin[bin(pixel)];
  }

  private static int bin(int pixel) {
    int low = 8 - BITS;
    return (channel(pixel, 0) >> low << (2 * BITS))
        | (channel(pixel, 1) >> low << BITS)
        | channel(pixel, 2) >> low;
  }

  private static int channel(int pixel, int channel) {
    return pixel >> (16 - 8 * channel) & 0xFF;
  }

  private static Palette cut(int[] pixels) {
    Histogram histogram = new Histogram(pixels);
    List<int[]> boxes = new ArrayList<>();
    boxes.add(histogram.occupied());
    while (boxes.size() < MOST) {
      int widest = histogram.widest(boxes);
      int[] box = boxes.get(widest);
      if (box.length == 1) {
        break;
      }
      int median = histogram.sortAndFindMedian(box);
      boxes.set(widest, Arrays.copyOf(box, median));
      boxes.add(Arrays.copyOfRange(box, median, box.length));
    }
    int[] colors = new int[boxes.size()];
    int[] boxOfBin = new int[BINS];
    for (int i = 0; i < colors.length; i++) {
      colors[i] = histogram.mean(boxes.get(i));
      for (int bin : boxes.get(i)) {
        boxOfBin[bin] = i;
      }
    }
    return new Palette(colors, boxOfBin);
  }

  /** How many pixels fall into each bin, and the sums of their channels. */
  private static final class Histogram {
    private final int[] count = new int[BINS];
    private final long[][] sum = new long[3][BINS];

    Histogram(int[] pixels) {
      for (int pixel : pixels) {
        int bin = bin(pixel);
        count[bin]++;
        for (int c = 0; c < 3; c++) {
          sum[c][bin] += channel(pixel, c);
        }
      }
    }

    int[] occupied() {
      int[] bins = new int[BINS];
      int n = 0;
      for (int bin = 0; bin < BINS; bin++) {
        if (count[bin] > 0) {
          bins[n++] = bin;
        }
      }
      return Arrays.copyOf(bins, n);
    }

    private static int channelOf(int bin, int channel) {
      return bin >> (BITS * (2 - channel)) & ((1 << BITS) - 1);
    }

    /** The box whose split gains most: by its longest side and how many pixels it has. */
    int widest(List<int[]> boxes) {
      int best = 0;
      double most = -1;
      for (int i = 0; i < boxes.size(); i++) {
        int[] box = boxes.get(i);
        double pixels = Arrays.stream(box).mapToLong(bin -> count[bin]).sum();
        int side = side(box, longest(box));
        double gain = box.length == 1 ? -1 : (double) side * side * Math.sqrt(pixels);
        if (gain > most) {
          most = gain;
          best = i;
        }
      }
      return best;
    }

    private static int longest(int[] box) {
      int longest = 0;
      for (int c = 1; c < 3; c++) {
        longest = side(box, c) > side(box, longest) ? c : longest;
      }
      return longest;
    }

    private static int side(int[] box, int channel) {
      int low = Integer.MAX_VALUE;
      int high = 0;
      for (int bin : box) {
        low = Math.min(low, channelOf(bin, channel));
        high = Math.max(high, channelOf(bin, channel));
      }
      return high - low;
    }

    /** Sorts the bins along the longest side; about half of the pixels lie before the place. */
    int sortAndFindMedian(int[] box) {
      int channel = longest(box);
      int[] sorted =
          Arrays.stream(box)
              .mapToLong(bin -> (long) channelOf(bin, channel) << 32 | bin)
              .sorted()
              .mapToInt(key -> (int) key)
              .toArray();
      System.arraycopy(sorted, 0, box, 0, box.length);
      long pixels = Arrays.stream(box).mapToLong(bin -> count[bin]).sum();
      long before = count[box[0]];
      int median = 1;
      while (median < box.length - 1 && before + count[box[median]] / 2 < pixels / 2) {
        before += count[box[median]];
        median++;
      }
      return median;
    }

    int mean(int[] box) {
      long pixels = Arrays.stream(box).mapToLong(bin -> count[bin]).sum();
      int color = 0;
      for (int c = 0; c < 3; c++) {
        long[] of = sum[c];
        long total = Arrays.stream(box).mapToLong(bin -> of[bin]).sum();
        color = color << 8 | (int) ((total + pixels / 2) / pixels);
      }
      return color;
    }
  }
}
