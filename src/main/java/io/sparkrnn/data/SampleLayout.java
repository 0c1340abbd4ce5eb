package io.sparkrnn.data;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What samples of a dataset consist of, and so how one is a record of bytes. A record has, one
 * after the other and little-endian: the dense values as bytes or floats, the ids of each channel,
 * static values, labels as 16-bit integers or targets, and weights.
 *
 * @param ofBytes whether dense values are unsigned bytes
 * @param timeSteps of every sample; 0 where they differ
 * @param vocabularies of each channel, what ids are below
 * @param weighted whether readings have weights
 */
public record SampleLayout(
    boolean ofBytes,
    int timeSteps,
    int inputSize,
    List<Integer> vocabularies,
    int staticSize,
    Readings readings,
    int classes,
    int targetSize,
    boolean weighted) {

  public SampleLayout {
    vocabularies = List.copyOf(vocabularies);
  }

  /** Of a dataset's samples. */
  public static SampleLayout of(SequenceDataset data) {
    return new SampleLayout(
        data.isOfBytes(),
        data.hasEqualLengths() ? data.timeSteps() : 0,
        data.inputSize(),
        IntStream.range(0, data.channels()).mapToObj(data::vocabulary).toList(),
        data.staticSize(),
        data.readings(),
        data.classes(),
        data.targetSize(),
        data.isWeighted());
  }

  /**
   * Of these samples and others, whose ids may be larger.
   *
   * @throws DataException if they consist of something else
   */
  public SampleLayout and(SampleLayout other) {
    SampleLayout both = withVocabularies(larger(other.vocabularies));
    if (!both.equals(other.withVocabularies(both.vocabularies))) {
      throw new DataException(
          "Cannot keep samples together: expected %s as those before, found %s"
              .formatted(this, other));
    }
    return both;
  }

  private List<Integer> larger(List<Integer> others) {
    return IntStream.range(0, Math.min(vocabularies.size(), others.size()))
        .mapToObj(channel -> Math.max(vocabularies.get(channel), others.get(channel)))
        .toList();
  }

  private SampleLayout withVocabularies(List<Integer> changed) {
    return new SampleLayout(
        ofBytes,
        timeSteps,
        inputSize,
        changed.size() == vocabularies.size() ? changed : vocabularies,
        staticSize,
        readings,
        classes,
        targetSize,
        weighted);
  }

  /** Of the record of a sample that has so many time steps. */
  public int bytes(int length) {
    long ofStep = (long) inputSize * (ofBytes ? 1 : Float.BYTES) + 4L * vocabularies.size();
    long ofReading =
        (classes > 0 ? Short.BYTES : 0) + 4L * targetSize + (weighted ? Float.BYTES : 0);
    return Math.toIntExact(ofStep * length + 4L * staticSize + ofReading * readings(length));
  }

  private int readings(int length) {
    return readings == Readings.ONE ? 1 : length;
  }

  /** Appends the record of a sample of a dataset that has this layout. */
  public void write(SequenceDataset data, int sample, ByteBuffer record) {
    record.order(ByteOrder.LITTLE_ENDIAN);
    int length = data.length(sample);
    data.write(sample, record);
    for (int channel = 0; channel < vocabularies.size(); channel++) {
      for (int step = 0; step < length; step++) {
        record.putInt(data.id(channel, sample, step));
      }
    }
    for (int i = 0; i < staticSize; i++) {
      record.putFloat(data.fixed(sample, i));
    }
    for (int reading = 0; reading < readings(length); reading++) {
      if (classes > 0) {
        record.putShort((short) data.label(sample, reading));
      }
      for (int target = 0; target < targetSize; target++) {
        record.putFloat(data.target(sample, reading, target));
      }
      if (weighted) {
        record.putFloat(data.weight(sample, reading));
      }
    }
  }

  /**
   * A dataset of records.
   *
   * @param records one after another
   * @param lengths time steps of each
   * @param longest time steps of the longest sample of all, of which these are some
   */
  public SequenceDataset read(ByteBuffer records, int[] lengths, int longest) {
    records.order(ByteOrder.LITTLE_ENDIAN);
    Spans steps = steps(lengths, longest);
    Spans spans = readings == Readings.ONE ? Spans.equal(lengths.length, 1) : steps;
    byte[] bytes = new byte[ofBytes ? steps.rows() * inputSize : 0];
    float[] floats = new float[ofBytes ? 0 : steps.rows() * inputSize];
    int[][] ids = new int[vocabularies.size()][steps.rows()];
    float[] statics = new float[lengths.length * staticSize];
    short[] labels = new short[classes > 0 ? spans.rows() : 0];
    float[] targets = new float[spans.rows() * targetSize];
    float[] weights = weighted ? new float[spans.rows()] : Outcomes.ALL_ONE;
    int reading = 0;
    for (int sample = 0; sample < lengths.length; sample++) {
      int first = steps.start(sample);
      if (ofBytes) {
        records.get(bytes, first * inputSize, lengths[sample] * inputSize);
      } else {
        getFloats(records, floats, first * inputSize, lengths[sample] * inputSize);
      }
      for (int[] channel : ids) {
        for (int step = 0; step < lengths[sample]; step++) {
          channel[first + step] = records.getInt();
        }
      }
      getFloats(records, statics, sample * staticSize, staticSize);
      for (int end = reading + readings(lengths[sample]); reading < end; reading++) {
        if (classes > 0) {
          labels[reading] = records.getShort();
        }
        getFloats(records, targets, reading * targetSize, targetSize);
        if (weighted) {
          weights[reading] = records.getFloat();
        }
      }
    }
    List<Channel> channels = new ArrayList<>();
    for (int[] channel : ids) {
      channels.add(new Channel(channel, vocabularies.get(channels.size())));
    }
    return new SequenceDataset(
        steps,
        ofBytes ? new ByteValues(bytes) : new FloatValues(floats),
        inputSize,
        channels,
        new FloatValues(statics),
        staticSize,
        new Outcomes(readings, spans, labels, classes, targets, targetSize, weights));
  }

  private Spans steps(int[] lengths, int longest) {
    return timeSteps > 0
        ? Spans.equal(lengths.length, timeSteps)
        : new Spans(lengths.length, longest, Spans.of(lengths).starts());
  }

  private static void getFloats(ByteBuffer from, float[] to, int at, int count) {
    FloatBuffer floats = from.asFloatBuffer();
    floats.get(to, at, count);
    from.position(from.position() + count * Float.BYTES);
  }

  /** Writes it for {@link #read(DataInput)}. */
  public void write(DataOutput out) throws IOException {
    out.writeBoolean(ofBytes);
    out.writeInt(timeSteps);
    out.writeInt(inputSize);
    out.writeInt(vocabularies.size());
    for (int vocabulary : vocabularies) {
      out.writeInt(vocabulary);
    }
    out.writeInt(staticSize);
    out.writeInt(readings.ordinal());
    out.writeInt(classes);
    out.writeInt(targetSize);
    out.writeBoolean(weighted);
  }

  /** What {@link #write(DataOutput)} has written. */
  public static SampleLayout read(DataInput in) throws IOException {
    boolean ofBytes = in.readBoolean();
    int timeSteps = in.readInt();
    int inputSize = in.readInt();
    Integer[] vocabularies = new Integer[in.readInt()];
    for (int channel = 0; channel < vocabularies.length; channel++) {
      vocabularies[channel] = in.readInt();
    }
    return new SampleLayout(
        ofBytes,
        timeSteps,
        inputSize,
        Arrays.asList(vocabularies),
        in.readInt(),
        Readings.values()[in.readInt()],
        in.readInt(),
        in.readInt(),
        in.readBoolean());
  }
}
