package io.sparkrnn.data;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.storage.Storage;
import java.util.List;
import java.util.Map;

/** The test pair of the IDX files alone, to evaluate a finished model on. */
public final class ImageTestData implements EvaluationData {
  private static final long serialVersionUID = 1L;

  private static final DecodedFiles<ImageSet> DECODED = new DecodedFiles<>(ImageSet::fingerprints);

  private final DataConfiguration configuration;
  private final Map<String, String> hadoopProperties;
  private final List<DataFingerprint> fingerprints;
  private final int size;

  private ImageTestData(
      DataConfiguration configuration, Map<String, String> hadoopProperties, ImageSet images) {
    this.configuration = DataSource.absolute(configuration);
    this.hadoopProperties = Map.copyOf(hadoopProperties);
    this.fingerprints = List.copyOf(images.fingerprints());
    this.size = images.dataset().size();
  }

  /**
   * Reads the files.
   *
   * @throws DataException if they are not what they should be
   */
  public static ImageTestData read(
      DataConfiguration configuration, Map<String, String> hadoopProperties) {
    ImageSet images = DECODED.add(DataSource.loadTest(configuration, Storage.of(hadoopProperties)));
    return new ImageTestData(configuration, hadoopProperties, images);
  }

  /** Of its files, in their order. */
  public List<DataFingerprint> fingerprints() {
    return fingerprints;
  }

  @Override
  public int size(Part part) {
    return part == Part.TEST ? size : 0;
  }

  @Override
  public SequenceDataset part(Part part) {
    if (part != Part.TEST) {
      throw new IllegalArgumentException("expected the part TEST, found " + part);
    }
    return DECODED
        .get(fingerprints, () -> DataSource.loadTest(configuration, Storage.of(hadoopProperties)))
        .dataset();
  }
}
