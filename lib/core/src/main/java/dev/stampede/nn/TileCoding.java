package dev.stampede.nn;

import dev.stampede.env.Space;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Tile coding: several grids over a box, each moved by a part of a tile, of each of which exactly
 * one tile holds a point. Sutton and Barto (2018), section 9.5.4.
 *
 * <p>Tiling j of n is moved by j/n of the vector (1, 3, 5, …) in widths of a tile, modulo a tile:
 * their asymmetric offsets. Each tile has an index of its own, nothing is hashed, so the number of
 * features is n · Π (tiles + 1): a moved grid needs a tile more to cover the box. Numbers beyond
 * the bounds are cut off at them. Immutable, safe for any number of threads.
 */
public final class TileCoding {
  /** So many features are an array of 64 MiB. */
  private static final double MOST_FEATURES = 1 << 24;

  private final int tilings;
  private final int[] tiles;
  private final double[] low;
  private final double[] high;
  private final int tilesOfATiling;

  /**
   * @param tilings a power of two of at least 4 · dimensions is usual
   * @param tiles in each dimension
   * @param low lower bound of each dimension
   * @param high upper bound of each dimension
   * @throws IllegalArgumentException if these are not as many numbers, if bounds are not finite or
   *     hold nothing, or if there would be more than 2²⁴ features
   */
  public TileCoding(int tilings, int[] tiles, double[] low, double[] high) {
    if (tilings < 1 || tiles.length != low.length || tiles.length != high.length) {
      throw new IllegalArgumentException(
          "tile coding: expected at least 1 tiling, and tiles, lower and upper bound for each"
              + " dimension, but got "
              + tilings
              + " tilings and "
              + tiles.length
              + ", "
              + low.length
              + " and "
              + high.length
              + " of these");
    }
    double features = tilings;
    for (int d = 0; d < tiles.length; d++) {
      if (tiles[d] < 1 || !(low[d] < high[d]) || !Double.isFinite(high[d] - low[d])) {
        throw new IllegalArgumentException(
            "tile coding: dimension "
                + d
                + " needs at least 1 tile between finite bounds but has "
                + tiles[d]
                + " in ["
                + low[d]
                + ", "
                + high[d]
                + "]; give it bounds of your own");
      }
      features *= tiles[d] + 1;
    }
    if (features > MOST_FEATURES) {
      throw new IllegalArgumentException(
          "tile coding: expected at most 2^24 features but "
              + tilings
              + " tilings of "
              + tiles.length
              + " dimensions have "
              + features
              + "; it is for few dimensions: take fewer tiles, or an algorithm with a network");
    }
    this.tilings = tilings;
    this.tiles = tiles.clone();
    this.low = low.clone();
    this.high = high.clone();
    this.tilesOfATiling = Arrays.stream(tiles).reduce(1, (product, n) -> product * (n + 1));
  }

  /**
   * Between the bounds of a space.
   *
   * @param tiles in each dimension, or one number for all
   * @param bound dimensions without bounds are cut off at ± this
   */
  public static TileCoding of(Space.Box space, int tilings, int[] tiles, double bound) {
    int[] each = tiles;
    if (tiles.length == 1) {
      each = new int[space.size()];
      Arrays.fill(each, tiles[0]);
    }
    boolean bytes = space.element() == Space.Element.UINT8; // They arrive scaled to [0, 1].
    double[] low = new double[space.size()];
    double[] high = new double[space.size()];
    for (int d = 0; d < low.length; d++) {
      low[d] = bytes ? 0 : Math.abs(space.low(d)) < Float.MAX_VALUE ? space.low(d) : -bound;
      high[d] = bytes ? 1 : Math.abs(space.high(d)) < Float.MAX_VALUE ? space.high(d) : bound;
    }
    return new TileCoding(tilings, each, low, high);
  }

  /** Grids: how many features of a point are 1. */
  public int tilings() {
    return tilings;
  }

  public int dimensions() {
    return tiles.length;
  }

  /** How many features there are. */
  public int features() {
    return tilings * tilesOfATiling;
  }

  /**
   * The features of a point that are 1.
   *
   * @param x the point, of {@link #dimensions} numbers
   * @param into takes the index of one tile of each tiling
   * @throws IllegalArgumentException if one of the numbers is NaN
   */
  public void active(float[] x, int[] into) {
    for (int j = 0; j < tilings; j++) {
      into[j] = j * tilesOfATiling;
    }
    int stride = 1;
    for (int d = 0; d < tiles.length; d++) {
      double cut = Math.max(low[d], Math.min(high[d], x[d]));
      if (Double.isNaN(cut)) {
        throw new IllegalArgumentException(
            "tile coding: expected a number in dimension " + d + " but got NaN");
      }
      double inTiles = (cut - low[d]) / (high[d] - low[d]) * tiles[d];
      for (int j = 0; j < tilings; j++) {
        double offset = (double) (j * (2 * d + 1) % tilings) / tilings;
        into[j] += stride * (int) (inTiles + offset);
      }
      stride *= tiles[d] + 1;
    }
  }

  @Override
  public String toString() {
    return tilings
        + " tilings of "
        + Arrays.stream(tiles).mapToObj(Integer::toString).collect(Collectors.joining(" × "))
        + " tiles";
  }
}
