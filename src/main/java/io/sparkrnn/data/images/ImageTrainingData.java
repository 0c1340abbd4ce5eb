package io.sparkrnn.data.images;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TrainingConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.DatasetSplit;
import io.sparkrnn.data.DatasetStatistics;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.Shards;
import io.sparkrnn.storage.Storage;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Images with a class each, divided among workers. A JVM decodes the files once and shares them
 * between its tasks for as long as memory lasts; what it decodes must have the fingerprints that
 * the driver saw. Those of tables are the driver's, which executors get from it.
 */
public final class ImageTrainingData implements RunData {
  private static final long serialVersionUID = 1L;

  private static final DecodedFiles<ImageData> DECODED =
      new DecodedFiles<>(ImageData::fingerprints);

  private final String described;
  private final DataConfiguration configuration;
  private final Reading reading;
  private final long seed;
  private final List<DataFingerprint> fingerprints;
  private final int[] shardSizes;
  private final int testSize;
  private final int timeSteps;
  private final int inputSize;
  private final int classes;
  private final List<String> classNames;

  /** Numbers of samples of each worker, once a JVM has been asked for one. */
  private transient int[][] shards;

  /** Where images come from, in whichever JVM is asked for some. */
  public interface Reading extends Serializable {
    ImageData images();
  }

  private ImageTrainingData(
      DataConfiguration configuration, Reading reading, int workers, long seed, ImageData images) {
    this.described = configuration.described();
    this.configuration = configuration;
    this.reading = reading;
    this.seed = seed;
    this.fingerprints = List.copyOf(images.fingerprints());
    this.shardSizes =
        Arrays.stream(Shards.assign(split(images).training(), workers, seed))
            .mapToInt(s -> s.length)
            .toArray();
    this.testSize = images.test().size();
    this.timeSteps = images.training().timeSteps();
    this.inputSize = images.training().inputSize();
    this.classes = images.training().classes();
    this.classNames = images.names();
  }

  /**
   * Reads the files and divides the training samples.
   *
   * @param seed of the division into shards and held-out samples
   * @throws DataException if the files are not what they should be, or too few for the workers
   */
  public static ImageTrainingData read(
      DataConfiguration configuration,
      Map<String, String> hadoopProperties,
      int workers,
      long seed) {
    DataConfiguration everywhere = DataSource.absolute(configuration);
    ImageData images =
        DECODED.add(everywhere, DataSource.load(configuration, Storage.of(hadoopProperties)));
    List<DataFingerprint> fingerprints = images.fingerprints();
    Map<String, String> properties = Map.copyOf(hadoopProperties);
    return new ImageTrainingData(
        configuration,
        () ->
            DECODED.get(
                everywhere,
                fingerprints,
                () -> DataSource.load(everywhere, Storage.of(properties))),
        workers,
        seed,
        images);
  }

  /**
   * Divides images that were read.
   *
   * @param reading gives the same ones
   * @throws DataException if they are too few for the workers
   */
  public static ImageTrainingData of(
      RunConfiguration configuration, ImageData images, Reading reading) {
    TrainingConfiguration training = configuration.training();
    return new ImageTrainingData(
        configuration.data(), reading, training.workers(), training.seed(), images);
  }

  /** As the other, as a run is told. */
  public static ImageTrainingData read(RunConfiguration configuration) {
    TrainingConfiguration training = configuration.training();
    return read(configuration.data(), configuration.hadoop(), training.workers(), training.seed());
  }

  private DatasetSplit split(ImageData images) {
    return DatasetSplit.of(images.training(), configuration.validation(), seed);
  }

  private ImageData images() {
    return reading.images();
  }

  /** The same, read otherwise. */
  public ImageTrainingData from(Reading other) {
    return new ImageTrainingData(configuration, other, workers(), seed, images());
  }

  /** What they are read from. */
  public Reading reading() {
    return reading;
  }

  @Override
  public List<String> warnings() {
    return ImageWarnings.of(configuration, images());
  }

  @Override
  public String described() {
    return described;
  }

  @Override
  public String noun() {
    return "images";
  }

  @Override
  public SequenceDataset training() {
    return images().training();
  }

  /** SHA-256 of what each file or table holds. */
  @Override
  public List<DataFingerprint> fingerprints() {
    return fingerprints;
  }

  /** How all training samples are distributed, those included that are held out. */
  public DatasetStatistics statistics() {
    return images().training().statistics();
  }

  /** Of the same samples. */
  public InputRange inputRange() {
    return images().training().inputRange();
  }

  @Override
  public int timeSteps() {
    return timeSteps;
  }

  public int inputSize() {
    return inputSize;
  }

  public int classes() {
    return classes;
  }

  @Override
  public List<String> classNames() {
    return classNames;
  }

  @Override
  public int workers() {
    return shardSizes.length;
  }

  @Override
  public int shardSize(int worker) {
    return shardSizes[worker];
  }

  @Override
  public Shard shard(int worker) {
    ImageData images = images();
    return new Shard(worker, images.training().subset(shards(images)[worker]));
  }

  private synchronized int[][] shards(ImageData images) {
    if (shards == null) {
      shards = Shards.assign(split(images).training(), workers(), seed);
    }
    return shards;
  }

  @Override
  public int size(Part part) {
    return part == Part.TEST ? testSize : configuration.validation();
  }

  @Override
  public SequenceDataset part(Part part) {
    ImageData images = images();
    return part == Part.TEST ? images.test() : images.training().subset(split(images).validation());
  }
}
