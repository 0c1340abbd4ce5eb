package io.sparkrnn.data;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Sequences, with what a network should make of them; immutable. Each sample has dense values at
 * each of its time steps, {@code [sample][own time step][input]}, either as unsigned bytes (images)
 * or as floats; bytes are scaled to {@code value / 255f} only when they are laid out, so a dataset
 * of images takes a quarter of the memory. Most have samples of equal length with one class each;
 * what else there may be comes from {@link SequenceColumns}.
 *
 * <p>Safe for use by several threads.
 */
public final class SequenceDataset implements ShardSamples, Serializable {
  private static final long serialVersionUID = 2;

  /** The largest number of classes. */
  public static final int MAX_CLASSES = 32_767;

  /** Where a digest of a plain dataset has the kind of its values, that of another has this. */
  private static final int GENERAL = 2;

  private final Spans steps;
  private final SequenceValues values;
  private final int inputSize;
  private final List<Channel> channels;
  private final FloatValues statics;
  private final int staticSize;
  private final Outcomes outcomes;

  // Not serialized: a dataset that has travelled is verified by hashing what arrived.
  private transient volatile String sha256;
  private transient volatile InputRange targetRange;

  /**
   * A dataset.
   *
   * @param channels ids for the same time steps
   * @param statics {@code [sample][staticSize]}
   */
  SequenceDataset(
      Spans steps,
      SequenceValues values,
      int inputSize,
      List<Channel> channels,
      FloatValues statics,
      int staticSize,
      Outcomes outcomes) {
    this.steps = steps;
    this.values = values;
    this.inputSize = inputSize;
    this.channels = channels;
    this.statics = statics;
    this.staticSize = staticSize;
    this.outcomes = outcomes;
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
    return owning(values.clone(), ByteValues.widened(labels), timeSteps, inputSize, classes);
  }

  /**
   * As {@link #ofBytes}, without a copy of the values, which the caller gives away.
   *
   * @param labels one a sample, from 0 to {@code classes - 1}
   */
  public static SequenceDataset owning(
      byte[] values, int[] labels, int timeSteps, int inputSize, int classes) {
    return SequenceColumns.plain(new ByteValues(values), labels, timeSteps, inputSize, classes);
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
    return SequenceColumns.plain(FloatValues.copyOf(values), labels, timeSteps, inputSize, classes);
  }

  /** How many samples. */
  @Override
  public int size() {
    return steps.samples();
  }

  /**
   * How many time steps a sample has: the rows of an image. Where they differ, it is the most that
   * one has in the dataset that this is a part of.
   */
  public int timeSteps() {
    return steps.longest();
  }

  /** Whether all samples have {@link #timeSteps}. */
  @Override
  public boolean hasEqualLengths() {
    return steps.areEqual();
  }

  /** How many time steps this sample has. */
  @Override
  public int length(int sample) {
    return steps.length(sample);
  }

  /** How many dense values a time step has: the columns of an image. */
  public int inputSize() {
    return inputSize;
  }

  /** Whether dense values are unsigned bytes, which those of images are. */
  public boolean isOfBytes() {
    return values instanceof ByteValues;
  }

  /** How many categorical channels a time step has. */
  public int channels() {
    return channels.size();
  }

  /** What all ids of a channel are below. */
  public int vocabulary(int channel) {
    return channels.get(channel).vocabulary();
  }

  /** An id, from 0. */
  public int id(int channel, int sample, int timeStep) {
    return channels.get(channel).ids()[steps.start(sample) + timeStep];
  }

  /** How many static values a sample has. */
  public int staticSize() {
    return staticSize;
  }

  /** A static value. */
  public float fixed(int sample, int index) {
    return statics.values()[sample * staticSize + index];
  }

  /** How many labels, or arrays of targets, a sample has. */
  public Readings readings() {
    return outcomes.readings();
  }

  /** How many classes; labels are below it. 0 where there are targets. */
  public int classes() {
    return outcomes.classes();
  }

  /** How many targets a reading has; 0 where there are classes. */
  public int targetSize() {
    return outcomes.outputs();
  }

  /** The class of a sample, from 0; where each time step has one, of the first. */
  public int label(int sample) {
    return label(sample, 0);
  }

  /**
   * The class of a reading, from 0.
   *
   * @param step 0 where a sample has one reading
   */
  public int label(int sample, int step) {
    return outcomes.label(sample, step);
  }

  /**
   * Of all readings, in their order.
   *
   * @throws DataException where there are targets
   */
  public int[] labels() {
    if (classes() == 0) {
      throw new DataException(
          "Cannot list the labels of a dataset: expected classes, found targets");
    }
    return IntStream.range(0, outcomes.labels().length).map(i -> outcomes.labels()[i]).toArray();
  }

  /**
   * What a reading should come to.
   *
   * @throws IndexOutOfBoundsException if there is no such target
   */
  public float target(int sample, int step, int target) {
    return outcomes.target(sample, step, Objects.checkIndex(target, targetSize()));
  }

  /** How much a reading counts, 0 for not at all. */
  public float weight(int sample, int step) {
    return outcomes.weight(sample, step);
  }

  /**
   * SHA-256, in lower-case hexadecimal, of: the kind of values (0 for bytes, 1 for floats),
   * samples, time steps, inputs and classes as 32-bit integers, the labels as 16-bit integers, and
   * the values as bytes or IEEE 754 floats; all little-endian. Computed on first use.
   *
   * <p>A dataset of anything more has, as 32-bit integers: 2, the kind of values, samples, time
   * steps, inputs, classes, channels, static values, targets of a reading, 1 where each time step
   * has a reading and else 0, how many lengths follow, how many weights follow; the lengths; the
   * labels and the values as above; the ids of each channel as 32-bit integers; static values,
   * targets and weights as floats.
   */
  public String sha256() {
    String digest = sha256;
    if (digest == null) {
      DatasetDigest hash = new DatasetDigest();
      if (isPlain()) {
        hash.update(values.kind(), size(), timeSteps(), inputSize, classes());
        hash.update(outcomes.labels());
        values.updateDigest(hash);
      } else {
        updateGeneral(hash);
      }
      digest = hash.hex();
      sha256 = digest;
    }
    return digest;
  }

  private boolean isPlain() {
    return steps.areEqual() && channels.isEmpty() && staticSize == 0 && outcomes.isPlain();
  }

  private void updateGeneral(DatasetDigest hash) {
    int[] lengths =
        steps.areEqual() ? new int[0] : IntStream.range(0, size()).map(steps::length).toArray();
    hash.update(GENERAL, values.kind(), size(), timeSteps(), inputSize, classes());
    hash.update(channels.size(), staticSize, targetSize(), readings().ordinal());
    hash.update(lengths.length, outcomes.weights().length);
    hash.update(lengths);
    hash.update(outcomes.labels());
    values.updateDigest(hash);
    channels.forEach(channel -> hash.update(channel.ids()));
    statics.updateDigest(hash);
    hash.update(outcomes.targets());
    hash.update(outcomes.weights());
  }

  /** Of all dense values. */
  public InputRange inputRange() {
    return InputRange.of(values);
  }

  /** Of all targets. Computed on first use. */
  public InputRange targetRange() {
    InputRange range = targetRange;
    if (range == null) {
      range = InputRange.of(outcomes.targets());
      targetRange = range;
    }
    return range;
  }

  /** How the labels that count and the dense values are distributed, summed in their order. */
  public DatasetStatistics statistics() {
    return DatasetStatistics.of(outcomes.labelCounts(), values);
  }

  /**
   * Writes the dense values of samples as the kernels want them: value {@code i} of time step
   * {@code t} of the sample {@code samples[offset + places[first + s]]} to {@code target[at + t *
   * stepStride + i * width + s]}. Bytes become exactly {@code value / 255f}.
   *
   * @param samples numbers of samples of this dataset
   * @param places of a minibatch that begins at {@code samples[offset]}
   * @param count at most {@code width}; what lies behind in a row is left alone, and so is what
   *     lies behind a sample's own end
   * @throws IndexOutOfBoundsException if a sample, the range or the target does not fit
   */
  public void layOut(
      int[] samples,
      int offset,
      int[] places,
      int first,
      int count,
      float[] target,
      int at,
      int stepStride,
      int width) {
    Objects.checkFromIndexSize(first, count, places.length);
    Objects.checkFromIndexSize(0, count, width);
    for (int place = first; place < first + count; place++) {
      Objects.checkIndex(samples[offset + places[place]], size());
    }
    if (!steps.areEqual()) {
      for (int s = 0; s < count; s++) {
        int sample = samples[offset + places[first + s]];
        values.spread(
            steps.start(sample),
            steps.length(sample),
            inputSize,
            target,
            at + s,
            stepStride,
            width);
      }
      return;
    }
    for (int step = 0; step < timeSteps(); step++) {
      values.transpose(
          samples,
          offset,
          places,
          first,
          count,
          timeSteps() * inputSize,
          step * inputSize,
          inputSize,
          target,
          at + step * stepStride,
          width);
    }
  }

  /**
   * The dense values of a batch as a plain array, for inspection: samples in the given order, bytes
   * scaled to {@code value / 255f}.
   *
   * @return {@code [sample][timeStep][input]} or {@code [timeStep][sample][input]}
   * @throws IndexOutOfBoundsException if a sample does not exist
   * @throws DataException if one is shorter than others may be
   */
  public float[] batch(int[] samples, Axes order) {
    float[] batch = new float[Math.multiplyExact(samples.length, timeSteps() * inputSize)];
    for (int place = 0; place < samples.length; place++) {
      int sample = Objects.checkIndex(samples[place], size());
      if (length(sample) != timeSteps()) {
        throw new DataException(
            "Cannot give a batch as a plain array: expected samples of %d time steps, found %d at sample %d"
                .formatted(timeSteps(), length(sample), sample));
      }
      int from = steps.start(sample) * inputSize;
      for (int step = 0; step < timeSteps(); step++) {
        int row =
            switch (order) {
              case BATCH_FIRST -> place * timeSteps() + step;
              case TIME_MAJOR -> step * samples.length + place;
            };
        for (int input = 0; input < inputSize; input++) {
          batch[row * inputSize + input] = values.scaled(from + step * inputSize + input);
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
    return new SequenceDataset(
        steps.subset(samples),
        values.gather(steps, samples, inputSize),
        inputSize,
        channels.stream().map(channel -> channel.subset(steps, samples)).toList(),
        statics.gather(Spans.equal(size(), 1), samples, staticSize),
        staticSize,
        outcomes.subset(samples));
  }

  @Override
  public SequenceDataset take(int[] order, int first, int count) {
    return subset(Arrays.copyOfRange(order, first, first + count));
  }

  /** Appends the dense values of a sample as they are kept. */
  void write(int sample, ByteBuffer target) {
    values.write(steps.start(sample) * inputSize, length(sample) * inputSize, target);
  }

  /** Whether readings have weights. */
  boolean isWeighted() {
    return outcomes.weights().length > 0;
  }
}
