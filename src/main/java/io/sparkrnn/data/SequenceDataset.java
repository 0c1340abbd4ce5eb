package io.sparkrnn.data;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Labelled sequences of equal shape, immutable. Values are kept as {@code
 * [sample][timeStep][input]}, either as unsigned bytes (images) or as floats; bytes are scaled to
 * {@code value / 255f} only when they are laid out, so a dataset of images takes a quarter of the
 * memory.
 *
 * <p>Safe for use by several threads.
 */
public final class SequenceDataset implements Serializable {
  private static final long serialVersionUID = 1;

  /** The largest number of classes. */
  public static final int MAX_CLASSES = 32_767;

  private final SequenceValues values;
  private final short[] labels;
  private final int timeSteps;
  private final int inputSize;
  private final int classes;

  // Not serialized: a dataset that has travelled is verified by hashing what arrived.
  private transient volatile String sha256;

  private SequenceDataset(
      SequenceValues values, short[] labels, int timeSteps, int inputSize, int classes) {
    this.values = values;
    this.labels = labels;
    this.timeSteps = timeSteps;
    this.inputSize = inputSize;
    this.classes = classes;
  }

  /**
   * A dataset of unsigned bytes; the arrays are copied.
   *
   * @param values {@code [sample][timeStep][input]}
   * @param labels one unsigned byte a sample, below {@code classes}
   * @throws DataException if the lengths do not agree or a label is out of range
   */
  public static SequenceDataset ofBytes(
      byte[] values, byte[] labels, int timeSteps, int inputSize, int classes) {
    return owning(values.clone(), labels, timeSteps, inputSize, classes);
  }

  /** As {@link #ofBytes}, without the copy: the caller gives {@code values} away. */
  static SequenceDataset owning(
      byte[] values, byte[] labels, int timeSteps, int inputSize, int classes) {
    int[] widened = new int[labels.length];
    for (int sample = 0; sample < labels.length; sample++) {
      widened[sample] = Byte.toUnsignedInt(labels[sample]);
    }
    return create(new ByteValues(values), widened, timeSteps, inputSize, classes);
  }

  /**
   * A dataset of floats; the arrays are copied.
   *
   * @param values {@code [sample][timeStep][input]}, all finite
   * @param labels one a sample, from 0 to {@code classes - 1}
   * @throws DataException if the lengths do not agree, a value is not finite or a label is out of
   *     range
   */
  public static SequenceDataset ofFloats(
      float[] values, int[] labels, int timeSteps, int inputSize, int classes) {
    for (int index = 0; index < values.length; index++) {
      if (!Float.isFinite(values[index])) {
        throw new DataException(
            "Cannot build a dataset: expected finite values, found %s at index %d"
                .formatted(values[index], index));
      }
    }
    return create(new FloatValues(values.clone()), labels, timeSteps, inputSize, classes);
  }

  private static SequenceDataset create(
      SequenceValues values, int[] labels, int timeSteps, int inputSize, int classes) {
    if (timeSteps < 1 || inputSize < 1) {
      throw new DataException(
          "Cannot build a dataset: expected at least 1 time step and 1 input, found %d and %d"
              .formatted(timeSteps, inputSize));
    }
    if (classes < 1 || classes > MAX_CLASSES) {
      throw new DataException(
          "Cannot build a dataset: expected 1 to %d classes, found %d"
              .formatted(MAX_CLASSES, classes));
    }
    // At most 2^93 without this bound on the first product, which a long would not hold.
    long sampleValues = (long) timeSteps * inputSize;
    if (sampleValues > Integer.MAX_VALUE || labels.length * sampleValues != values.length()) {
      throw new DataException(
          "Cannot build a dataset: expected %d x %d x %d values (samples, time steps, inputs), found %d"
              .formatted(labels.length, timeSteps, inputSize, values.length()));
    }
    short[] narrowed = new short[labels.length];
    for (int sample = 0; sample < labels.length; sample++) {
      if (labels[sample] < 0 || labels[sample] >= classes) {
        throw new DataException(
            "Cannot build a dataset: expected labels from 0 to %d, found %d at sample %d"
                .formatted(classes - 1, labels[sample], sample));
      }
      narrowed[sample] = (short) labels[sample];
    }
    return new SequenceDataset(values, narrowed, timeSteps, inputSize, classes);
  }

  /** How many samples. */
  public int size() {
    return labels.length;
  }

  /** How many time steps a sample has: the rows of an image. */
  public int timeSteps() {
    return timeSteps;
  }

  /** How many values a time step has: the columns of an image. */
  public int inputSize() {
    return inputSize;
  }

  /** How many classes; labels are below it. */
  public int classes() {
    return classes;
  }

  /** The class of a sample, from 0. */
  public int label(int sample) {
    return labels[sample];
  }

  /** Of all samples, in their order. */
  public int[] labels() {
    return IntStream.range(0, size()).map(this::label).toArray();
  }

  /**
   * SHA-256, in lower-case hexadecimal, of: the kind of values (0 for bytes, 1 for floats),
   * samples, time steps, inputs and classes as 32-bit integers, the labels as 16-bit integers, and
   * the values as bytes or IEEE 754 floats; all little-endian. Computed on first use.
   */
  public String sha256() {
    String digest = sha256;
    if (digest == null) {
      DatasetDigest hash = new DatasetDigest();
      hash.update(values.kind(), size(), timeSteps, inputSize, classes);
      hash.update(labels);
      values.updateDigest(hash);
      digest = hash.hex();
      sha256 = digest;
    }
    return digest;
  }

  /** Of all values. */
  public InputRange inputRange() {
    return InputRange.of(values);
  }

  /** How the labels and values are distributed, summed in their order. */
  public DatasetStatistics statistics() {
    Long[] counts = new Long[classes];
    Arrays.fill(counts, 0L);
    for (short label : labels) {
      counts[label]++;
    }
    double mean = inputRange().mean();
    double squares = 0;
    for (int index = 0; index < values.length(); index++) {
      double deviation = values.scaled(index) - mean;
      squares += deviation * deviation;
    }
    return new DatasetStatistics(List.of(counts), mean, Math.sqrt(squares / values.length()));
  }

  /**
   * Writes samples as the kernels want them: value {@code i} of time step {@code t} of the sample
   * {@code samples[offset + s]} to {@code target[at + t * stepStride + i * width + s]}. Bytes
   * become exactly {@code value / 255f}.
   *
   * @param samples numbers of samples of this dataset
   * @param count at most {@code width}; what lies behind in a row is left alone
   * @throws IndexOutOfBoundsException if a sample, the range or the target does not fit
   */
  public void layOut(
      int[] samples, int offset, int count, float[] target, int at, int stepStride, int width) {
    Objects.checkFromIndexSize(offset, count, samples.length);
    Objects.checkFromIndexSize(0, count, width);
    for (int place = 0; place < count; place++) {
      Objects.checkIndex(samples[offset + place], labels.length);
    }
    for (int step = 0; step < timeSteps; step++) {
      values.transpose(
          samples,
          offset,
          count,
          timeSteps * inputSize,
          step * inputSize,
          inputSize,
          target,
          at + step * stepStride,
          width);
    }
  }

  /**
   * A batch as a plain array, for inspection: samples in the given order, bytes scaled to {@code
   * value / 255f}.
   *
   * @return {@code [sample][timeStep][input]} or {@code [timeStep][sample][input]}
   * @throws IndexOutOfBoundsException if a sample does not exist
   */
  public float[] batch(int[] samples, Axes order) {
    int[] starts = starts(samples);
    float[] batch = new float[Math.multiplyExact(samples.length, timeSteps * inputSize)];
    for (int place = 0; place < samples.length; place++) {
      for (int step = 0; step < timeSteps; step++) {
        int row =
            switch (order) {
              case BATCH_FIRST -> place * timeSteps + step;
              case TIME_MAJOR -> step * samples.length + place;
            };
        for (int input = 0; input < inputSize; input++) {
          batch[row * inputSize + input] = values.scaled(starts[place] + step * inputSize + input);
        }
      }
    }
    return batch;
  }

  /**
   * A dataset of the given samples, in the given order.
   *
   * @throws IndexOutOfBoundsException if a sample does not exist
   */
  public SequenceDataset subset(int[] samples) {
    SequenceValues chosen = values.gather(starts(samples), timeSteps * inputSize);
    short[] chosenLabels = new short[samples.length];
    for (int place = 0; place < samples.length; place++) {
      chosenLabels[place] = labels[samples[place]];
    }
    return new SequenceDataset(chosen, chosenLabels, timeSteps, inputSize, classes);
  }

  private int[] starts(int[] samples) {
    int[] starts = new int[samples.length];
    for (int place = 0; place < samples.length; place++) {
      starts[place] = Objects.checkIndex(samples[place], labels.length) * timeSteps * inputSize;
    }
    return starts;
  }
}
