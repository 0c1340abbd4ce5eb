package io.sparkrnn.data;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TrainingConfiguration;
import io.sparkrnn.storage.Storage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The four IDX files, divided among workers. A JVM decodes the files once and shares them between
 * its tasks for as long as memory lasts; what it decodes must have the fingerprints that the driver
 * saw.
 */
public final class ImageTrainingData implements RunData {
  private static final long serialVersionUID = 1L;

  private static final DecodedFiles<ImageData> DECODED =
      new DecodedFiles<>(ImageData::fingerprints);

  private final String described;
  private final DataConfiguration configuration;
  private final Map<String, String> hadoopProperties;
  private final long seed;
  private final List<DataFingerprint> fingerprints;
  private final int[] shardSizes;
  private final int testSize;
  private final int timeSteps;
  private final int inputSize;
  private final int classes;

  /** Numbers of samples of each worker, once a JVM has been asked for one. */
  private transient int[][] shards;

  private ImageTrainingData(
      DataConfiguration configuration,
      Map<String, String> hadoopProperties,
      int workers,
      long seed,
      ImageData images) {
    this.described = configuration.described();
    this.configuration = DataSource.absolute(configuration);
    this.hadoopProperties = Map.copyOf(hadoopProperties);
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
    ImageData images = DECODED.add(DataSource.load(configuration, Storage.of(hadoopProperties)));
    return new ImageTrainingData(configuration, hadoopProperties, workers, seed, images);
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
    return DECODED.get(
        fingerprints, () -> DataSource.load(configuration, Storage.of(hadoopProperties)));
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

  /** SHA-256 of each file's content. */
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
