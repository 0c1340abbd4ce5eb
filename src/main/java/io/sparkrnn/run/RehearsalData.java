package io.sparkrnn.run;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** One minibatch of made-up sequences of the kind that a configuration trains on. */
record RehearsalData(SequenceDataset training) implements RunData {
  private static final int TIME_STEPS = 6;
  private static final int SHORTEST = 3;
  private static final int INPUTS = 16;
  private static final int CLASSES = 10;
  private static final int VOCABULARY = 64;
  private static final int IMAGE_SIZE = 28;

  static RehearsalData of(RunConfiguration configuration) {
    int samples = configuration.training().minibatchSize();
    SplittableRandom random = new SplittableRandom(1);
    return new RehearsalData(
        configuration.table().isGiven()
            ? sequences(configuration, samples, random)
            : images(samples, random));
  }

  private static SequenceDataset images(int samples, SplittableRandom random) {
    byte[] pixels = new byte[samples * TIME_STEPS * IMAGE_SIZE];
    random.nextBytes(pixels);
    return SequenceDataset.ofBytes(pixels, new byte[samples], TIME_STEPS, IMAGE_SIZE, CLASSES);
  }

  private static SequenceDataset sequences(
      RunConfiguration configuration, int samples, SplittableRandom random) {
    TableConfiguration table = configuration.table();
    TaskName task = configuration.model().task();
    // Windows are of equal length.
    int shortest =
        task == TaskName.LANGUAGE_MODEL || table.windowSteps() > 0 ? TIME_STEPS : SHORTEST;
    int[] lengths = random.ints(samples, shortest, TIME_STEPS + 1).toArray();
    int steps = IntStream.of(lengths).sum();
    SequenceColumns columns = SequenceColumns.ofLengths(lengths);
    if (table.text().isEmpty()) {
      int inputs = Math.max(INPUTS, table.features().size());
      float[] values = new float[steps * inputs];
      for (int i = 0; i < values.length; i++) {
        values[i] = random.nextFloat();
      }
      columns.dense(values, inputs, Missing.REFUSE);
    } else {
      columns.ids(random.ints(steps, 0, VOCABULARY).toArray());
    }
    return switch (task) {
      case CLASSIFY -> labelled(columns, samples, Readings.ONE, random);
      case LABEL_STEPS, LANGUAGE_MODEL -> labelled(columns, steps, Readings.EVERY_STEP, random);
      case REGRESS -> columns.targets(new float[samples], 1, Readings.ONE).dataset();
      case FORECAST -> columns.targets(new float[steps], 1, Readings.EVERY_STEP).dataset();
    };
  }

  private static SequenceDataset labelled(
      SequenceColumns columns, int labels, Readings readings, SplittableRandom random) {
    return columns.labels(random.ints(labels, 0, CLASSES).toArray(), CLASSES, readings).dataset();
  }

  /** Of all samples together, those that lengths leave out included. */
  long trainingSteps() {
    return (long) training.size() * TIME_STEPS;
  }

  @Override
  public String described() {
    return "made up";
  }

  @Override
  public String noun() {
    return "sequences";
  }

  @Override
  public List<DataFingerprint> fingerprints() {
    return List.of();
  }

  @Override
  public int timeSteps() {
    return training.timeSteps();
  }

  @Override
  public int workers() {
    return 1;
  }

  @Override
  public int shardSize(int worker) {
    return training.size();
  }

  @Override
  public Shard shard(int worker) {
    return new Shard(worker, training);
  }

  @Override
  public int size(Part part) {
    return 0;
  }

  @Override
  public SequenceDataset part(Part part) {
    throw new IllegalStateException("nothing is held out of made-up sequences");
  }
}
