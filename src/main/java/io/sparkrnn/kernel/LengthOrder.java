package io.sparkrnn.kernel;

import java.util.Arrays;

/**
 * The samples of a minibatch by length, the longest first, else in their order: the first {@value
 * Groups#GROUP} are the first group. Allocates nothing after it is made.
 */
final class LengthOrder {
  private final int[] samples;
  private final int[] places;

  /** Of each length, where its next sample goes. */
  private final int[] next;

  LengthOrder(int timeSteps, int maxSamples) {
    samples = new int[maxSamples];
    places = new int[maxSamples];
    next = new int[timeSteps + 1];
  }

  /**
   * Takes the samples of a source.
   *
   * @throws IllegalArgumentException if one has no time steps, or more than the network
   */
  void sort(MinibatchSource source, int count) {
    Arrays.fill(next, 0);
    for (int s = 0; s < count; s++) {
      int length = source.length(s);
      Groups.requireLength(length, next.length - 1);
      next[length]++;
    }
    int place = 0;
    for (int length = next.length - 1; length > 0; length--) {
      int ofLength = next[length];
      next[length] = place;
      place += ofLength;
    }
    for (int s = 0; s < count; s++) {
      places[s] = next[source.length(s)]++;
      samples[places[s]] = s;
    }
  }

  /** By place. */
  int[] samples() {
    return samples;
  }

  /** Of a sample. */
  int place(int sample) {
    return places[sample];
  }

  int group(int sample) {
    return places[sample] / Groups.GROUP;
  }

  int lane(int sample) {
    return places[sample] % Groups.GROUP;
  }
}
