package io.sparkrnn.kernel;

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
   * @throws NetworkTooLargeException if it would have more floats than an array can have, or more
   *     bytes than this JVM's heap
   */
  float[] allocate() {
    requireRoom(bytes());
    return new float[(int) end];
  }

  static void requireRoom(long bytes) {
    if (bytes > MOST_FLOATS * Float.BYTES) {
      throw new NetworkTooLargeException("of the largest array", MOST_FLOATS * Float.BYTES, bytes);
    }
    long heap = Runtime.getRuntime().maxMemory();
    if (bytes > heap) {
      throw new NetworkTooLargeException("of heap", heap, bytes);
    }
  }
}
