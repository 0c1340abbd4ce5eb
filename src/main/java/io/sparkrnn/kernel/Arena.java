package io.sparkrnn.kernel;

import java.util.Locale;

/**
 * Plans the one array that a worker computes in: places are reserved one after another, then it is
 * allocated. Places begin at cache lines where the array does, as large ones of G1 do: data begins
 * 16 bytes after the object, so float 12 begins a line.
 */
final class Arena {
  private static final int FIRST = 12;

  /** Largest length that every JVM allocates. */
  private static final long MOST_FLOATS = Integer.MAX_VALUE - 8;

  private long end = FIRST;

  /** A place of so many floats, of which all are 0 at first. */
  int reserve(long floats) {
    int at = (int) Math.min(end, MOST_FLOATS);
    end = Math.addExact(end, (floats + Ops.LANES - 1) / Ops.LANES * Ops.LANES);
    return at;
  }

  long bytes() {
    return Math.multiplyExact(end, (long) Float.BYTES);
  }

  /**
   * The array.
   *
   * @throws KernelUnavailableException if it would have more floats than an array can have, or more
   *     bytes than this JVM's heap
   */
  float[] allocate() {
    requireArray();
    long heapBytes = Runtime.getRuntime().maxMemory();
    if (bytes() > heapBytes) {
      throw tooLarge("bytes of heap", heapBytes);
    }
    return new float[(int) end];
  }

  /** Whether {@link #allocate} would have room. */
  boolean fits() {
    return end <= MOST_FLOATS && bytes() <= Runtime.getRuntime().maxMemory();
  }

  /**
   * Requires that there are such arrays.
   *
   * @throws KernelUnavailableException if not
   */
  void requireArray() {
    if (end > MOST_FLOATS) {
      throw tooLarge("bytes, the most that an array has", MOST_FLOATS * Float.BYTES);
    }
  }

  private KernelUnavailableException tooLarge(String what, long mostBytes) {
    // The root locale: others have separators of their own.
    return new KernelUnavailableException(
        String.format(
            Locale.ROOT,
            "Cannot compute the network: expected at most %,d %s, found %,d for its weights, states and gradients; smaller layers, shorter sequences or a smaller minibatch take less",
            mostBytes,
            what,
            bytes()));
  }
}
