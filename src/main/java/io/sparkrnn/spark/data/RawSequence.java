package io.sparkrnn.spark.data;

import io.sparkrnn.model.Floats;
import io.sparkrnn.storage.Sha256;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A sequence as a table has it, before anything is fitted: a row, a reading (of one step), or all
 * readings of a series. Arrays of what there is not are empty.
 *
 * @param series its name; empty where there are none
 * @param times of each step, as {@link SeriesTime} has them
 * @param rows of each step, or the one row of all
 * @param values {@code [step][channel]}; NaN is missing
 * @param tokens of each step
 * @param labels whole numbers, of each step or of all
 * @param names likewise, where classes have names
 * @param targets {@code [step][target]}, or of all
 * @param weights of each step or of all
 */
record RawSequence(
    String series,
    long[] times,
    long[] rows,
    int steps,
    float[] values,
    String[] tokens,
    int[] labels,
    String[] names,
    float[] targets,
    float[] weights,
    float[] statics)
    implements Serializable {
  private static final int OBJECT_BYTES = 160;

  /** Values of a step. */
  int width() {
    return values.length / steps;
  }

  /** The row that a step came from. */
  long row(int step) {
    return rows.length == 1 ? rows[0] : rows[step];
  }

  /** Labels, whether numbers or names. */
  int labelCount() {
    return Math.max(labels.length, names.length);
  }

  /** About what it takes in memory. */
  long bytes() {
    return OBJECT_BYTES
        + 8L * (times.length + rows.length + tokens.length + names.length)
        + 4L * (values.length + labels.length + targets.length + weights.length + statics.length);
  }

  /** SHA-256 of what it holds, wherever it comes from: sequences are ordered by it. */
  String digest() {
    MessageDigest digest = Sha256.begin();
    update(digest, values);
    update(digest, tokens);
    update(digest, names);
    ByteBuffer numbers = ByteBuffer.allocate(4 * (labels.length + 2));
    numbers.putInt(steps);
    for (int label : labels) {
      numbers.putInt(label);
    }
    digest.update(numbers.putInt(labels.length).array());
    update(digest, targets);
    update(digest, weights);
    update(digest, statics);
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Whether it holds numbers and one whole number as label, and nothing else that says more. */
  boolean isPlain() {
    return labels.length == 1
        && (weights.length == 0 || weights.length == 1 && weights[0] == 1)
        && tokens.length + names.length + targets.length + statics.length == 0;
  }

  /** SHA-256 of the numbers and the label of one that is plain. */
  String plainDigest() {
    float[] content = Arrays.copyOf(values, values.length + 1);
    // Labels are far below what a float holds exactly.
    content[content.length - 1] = labels[0];
    return Floats.sha256(content);
  }

  private static void update(MessageDigest digest, float[] numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * (numbers.length + 1));
    for (float number : numbers) {
      bytes.putFloat(number);
    }
    digest.update(bytes.putInt(numbers.length).array());
  }

  private static void update(MessageDigest digest, String[] texts) {
    for (String text : texts) {
      digest.update(text.getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
    }
    digest.update(ByteBuffer.allocate(4).putInt(texts.length).array());
  }
}
