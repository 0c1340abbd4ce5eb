package io.sparkrnn;

import io.sparkrnn.random.SeededRandom;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Damages bytes in ways that disks, transfers and people do; equal seeds damage equally. */
public final class Mutations {
  private static final int MAX_BITS = 8;
  private static final int MAX_BURST_BYTES = 64;

  private enum Kind {
    FLIPPED_BITS,
    BURST,
    SWAPPED,
    INSERTED,
    DELETED,
    ZEROED,
    REPEATED,
    SPLICED,
    TRUNCATED,
    EXTENDED
  }

  private record Range(int from, int to) {
    int length() {
      return to - from;
    }
  }

  private final SeededRandom random;

  public Mutations(long seed) {
    random = SeededRandom.of(seed);
  }

  /**
   * A damaged copy, which may by chance equal one of the arguments.
   *
   * @param original not empty
   * @param other gives the second half of a splice
   */
  public byte[] damage(byte[] original, byte[] other) {
    Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
    Range range = range(original.length);
    byte[] head = Arrays.copyOf(original, range.from);
    byte[] middle = Arrays.copyOfRange(original, range.from, range.to);
    byte[] tail = Arrays.copyOfRange(original, range.to, original.length);
    return switch (kind) {
      case FLIPPED_BITS -> flipBits(original.clone());
      case BURST -> burst(original.clone());
      case SWAPPED -> swap(original);
      case INSERTED -> concat(head, randomBytes(1 + random.nextInt(MAX_BURST_BYTES)), middle, tail);
      case DELETED -> concat(head, tail);
      case ZEROED -> concat(head, new byte[range.length()], tail);
      case REPEATED -> concat(head, middle, middle, tail);
      case SPLICED -> splice(original, other);
      case TRUNCATED -> head;
      case EXTENDED -> concat(original, randomBytes(1 + random.nextInt(MAX_BURST_BYTES)));
    };
  }

  /** A whole number from 0 to {@code bound - 1}, for what else a test draws. */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** Uniform bytes. */
  public byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) random.nextInt(256);
    }
    return bytes;
  }

  /** The parts, one after the other. */
  public static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      joined.writeBytes(part);
    }
    return joined.toByteArray();
  }

  /** At least one byte; as often short as long. */
  private Range range(int length) {
    int from = random.nextInt(length);
    int most = random.nextInt(2) == 0 ? Math.min(MAX_BURST_BYTES, length - from) : length - from;
    return new Range(from, from + 1 + random.nextInt(most));
  }

  private byte[] flipBits(byte[] bytes) {
    int count = 1 + random.nextInt(MAX_BITS);
    for (int i = 0; i < count; i++) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return bytes;
  }

  private byte[] burst(byte[] bytes) {
    int from = random.nextInt(bytes.length);
    byte[] noise = randomBytes(1 + random.nextInt(Math.min(MAX_BURST_BYTES, bytes.length - from)));
    System.arraycopy(noise, 0, bytes, from, noise.length);
    return bytes;
  }

  private byte[] swap(byte[] bytes) {
    int[] cuts = {
      random.nextInt(bytes.length + 1),
      random.nextInt(bytes.length + 1),
      random.nextInt(bytes.length + 1)
    };
    Arrays.sort(cuts);
    return concat(
        Arrays.copyOf(bytes, cuts[0]),
        Arrays.copyOfRange(bytes, cuts[1], cuts[2]),
        Arrays.copyOfRange(bytes, cuts[0], cuts[1]),
        Arrays.copyOfRange(bytes, cuts[2], bytes.length));
  }

  private byte[] splice(byte[] first, byte[] second) {
    int cut = random.nextInt(first.length);
    int rest = random.nextInt(2) == 0 ? cut : random.nextInt(second.length + 1);
    return concat(
        Arrays.copyOf(first, cut),
        Arrays.copyOfRange(second, Math.min(rest, second.length), second.length));
  }
}
