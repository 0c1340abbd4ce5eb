package io.sparkrnn.train;

import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;

/**
 * Moves images by a few pixels, by chance: a function of the seed, the epoch and which sample of
 * all it is, so that a minibatch that is laid out again is the same. What comes in from outside is
 * 0.
 *
 * @param pixels most in each direction; 0: images stay
 * @param key of a worker's epoch
 */
record ImageShift(int pixels, long key) {
  static final ImageShift NONE = new ImageShift(0, 0);

  static ImageShift of(int pixels, long seed, int epoch, int worker) {
    return new ImageShift(pixels, SeededRandom.key(seed, RandomStreams.SHIFTS, epoch, worker));
  }

  boolean isOn() {
    return pixels > 0;
  }

  /** Which of all possible moves a sample makes: down times how many there are, plus right. */
  private int move(int sample, int moves) {
    long bits = SeededRandom.key(SeededRandom.key(key, sample), 0);
    return (int) Long.remainderUnsigned(bits, (long) moves * moves);
  }

  /** Rows that an image is moved down; up where negative. */
  int down(int sample) {
    int moves = 2 * pixels + 1;
    return move(sample, moves) / moves - pixels;
  }

  /** Columns that an image is moved to the right. */
  int right(int sample) {
    int moves = 2 * pixels + 1;
    return move(sample, moves) % moves - pixels;
  }

  /**
   * Moves an image that is laid out for the kernels, in place.
   *
   * @param at of its first pixel
   * @param rowStride from one row to the next
   * @param columnStride from one pixel of a row to the next
   */
  void move(
      int sample, int rows, int columns, float[] target, int at, int rowStride, int columnStride) {
    int down = down(sample);
    int right = right(sample);
    if (down == 0 && right == 0) {
      return;
    }
    // Towards where pixels come from, so that none is read after it was written.
    for (int r = 0; r < rows; r++) {
      int row = down > 0 ? rows - 1 - r : r;
      int fromRow = row - down;
      for (int c = 0; c < columns; c++) {
        int column = right > 0 ? columns - 1 - c : c;
        int fromColumn = column - right;
        boolean inside = fromRow >= 0 && fromRow < rows && fromColumn >= 0 && fromColumn < columns;
        target[at + row * rowStride + column * columnStride] =
            inside ? target[at + fromRow * rowStride + fromColumn * columnStride] : 0f;
      }
    }
  }
}
