package io.sparkrnn.spark.data;

import io.sparkrnn.data.ColumnStatistics;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.DatasetStatistics;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.spark.jobs.Parcel;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;

/**
 * Sequences of tables, divided among workers. The driver has read them; executors get them through
 * one broadcast, once they are asked for.
 */
public final class TableData implements RunData {
  private static final long serialVersionUID = 1L;

  private final Broadcast<Parcel<Parts>> broadcast;
  private final Description description;

  /** Only in the driver, which needs no broadcast. */
  private transient Parts parts;

  /** Likewise; executors have no use for it. */
  private final transient Optional<Elsewhere> elsewhere;

  /**
   * The samples.
   *
   * @param training with no samples that are held out
   * @param validation and the next: without samples where there is no such part
   * @param shards {@code [worker][]} numbers of training samples
   */
  record Parts(
      SequenceDataset training, SequenceDataset validation, SequenceDataset test, int[][] shards)
      implements Serializable {
    /** Of the longest sequence. */
    int timeSteps() {
      return Math.max(training.timeSteps(), Math.max(validation.timeSteps(), test.timeSteps()));
    }
  }

  /**
   * What is known without the samples.
   *
   * @param described the tables, in a line
   * @param columns see {@link TableData#columns}
   * @param timeSteps see {@link TableData#timeSteps}
   * @param validationStreams how many streams the part's windows are of; 0 for none
   * @param testStreams likewise
   * @param baselines see {@link TableData#baselines}
   */
  record Description(
      String described,
      Preparation preparation,
      List<DataFingerprint> fingerprints,
      List<ColumnStatistics> columns,
      int timeSteps,
      int validationStreams,
      int testStreams,
      Map<String, float[]> baselines,
      int[] shardSizes,
      int validationSize,
      int testSize)
      implements Serializable {}

  /** What the driver knows of training samples that it has not. */
  record Elsewhere(InputRange inputRange, List<Long> labelCounts) {}

  TableData(JavaSparkContext context, Parts parts, Description description) {
    this(context, parts, description, Optional.empty());
  }

  /** With a training dataset that has no samples, if they are elsewhere. */
  TableData(
      JavaSparkContext context,
      Parts parts,
      Description description,
      Optional<Elsewhere> elsewhere) {
    this.elsewhere = elsewhere;
    this.parts = parts;
    this.description = description;
    this.broadcast = context.broadcast(new Parcel<>(parts));
  }

  private Parts parts() {
    if (parts == null) {
      parts = broadcast.value().value();
    }
    return parts;
  }

  /** What was fitted on the training part, and goes with a model. */
  @Override
  public Optional<Preparation> preparation() {
    return Optional.of(description.preparation());
  }

  /** One channel of tokens at most. */
  @Override
  public int vocabulary(int channel) {
    return description.preparation().vocabulary().size();
  }

  @Override
  public String noun() {
    return "sequences";
  }

  /** SHA-256 of each part's dataset: training, then validation and test where there are. */
  @Override
  public List<DataFingerprint> fingerprints() {
    return description.fingerprints();
  }

  /** What was read, in one line. */
  @Override
  public String described() {
    return description.described();
  }

  /**
   * Predictions that need no model, by name, for the readings of the test part that count, in the
   * order of its samples: {@code [reading][target]} in the units of the table. Empty where nothing
   * is forecast.
   */
  @Override
  public Map<String, float[]> baselines() {
    return description.baselines();
  }

  /** Of the training part, in the table's units: features, then targets. */
  @Override
  public List<ColumnStatistics> columns() {
    return description.columns();
  }

  /** Lets go of what executors have of it; then nothing can be trained on it any more. */
  public void destroy() {
    broadcast.destroy();
  }

  /** The same data for the executors of another Spark. */
  public TableData in(JavaSparkContext context) {
    return new TableData(context, parts(), description, elsewhere);
  }

  /** How the training samples are distributed. */
  public DatasetStatistics statistics() {
    return parts().training().statistics();
  }

  /** Of the dense values of the same samples. */
  public InputRange inputRange() {
    return elsewhere.map(Elsewhere::inputRange).orElseGet(() -> parts().training().inputRange());
  }

  @Override
  public List<Long> labelCounts() {
    return elsewhere.map(Elsewhere::labelCounts).orElseGet(RunData.super::labelCounts);
  }

  /** Of the longest sequence of all parts, and of a model that training starts from. */
  @Override
  public int timeSteps() {
    return description.timeSteps();
  }

  /** Dense values of a time step; 0 where there is text alone. */
  public int inputSize() {
    return parts().training().inputSize();
  }

  /** 0 where there are targets. */
  public int classes() {
    return parts().training().classes();
  }

  /** Targets of a reading; 0 where there are classes. */
  public int targetSize() {
    return parts().training().targetSize();
  }

  /** All training samples, in their order. */
  @Override
  public SequenceDataset training() {
    return parts().training();
  }

  @Override
  public int workers() {
    return description.shardSizes().length;
  }

  @Override
  public int shardSize(int worker) {
    return description.shardSizes()[worker];
  }

  @Override
  public Shard shard(int worker) {
    Parts all = parts();
    return new Shard(worker, all.training().subset(all.shards()[worker]));
  }

  @Override
  public int size(Part part) {
    return part == Part.TEST ? description.testSize() : description.validationSize();
  }

  @Override
  public SequenceDataset part(Part part) {
    return part == Part.TEST ? parts().test() : parts().validation();
  }

  @Override
  public int streams(Part part) {
    return part == Part.TEST ? description.testStreams() : description.validationStreams();
  }
}
