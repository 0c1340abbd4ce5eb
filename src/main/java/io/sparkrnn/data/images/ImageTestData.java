package io.sparkrnn.data.images;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.storage.Storage;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/** Test images alone, to evaluate a finished model on. */
public final class ImageTestData implements EvaluationData {
  private static final long serialVersionUID = 1L;

  private static final DecodedFiles<ImageSet> DECODED = new DecodedFiles<>(ImageSet::fingerprints);

  private final Reading reading;
  private final List<DataFingerprint> fingerprints;
  private final int size;

  /** Where images come from, in whichever JVM is asked for some. */
  public interface Reading extends Serializable {
    ImageSet images();
  }

  private ImageTestData(Reading reading, ImageSet images) {
    this.reading = reading;
    this.fingerprints = List.copyOf(images.fingerprints());
    this.size = images.dataset().size();
  }

  /**
   * Reads the files.
   *
   * @param names what the classes of the model are called; none where they are numbers
   * @throws DataException if they are not what they should be
   */
  public static ImageTestData read(
      DataConfiguration configuration, Map<String, String> hadoopProperties, List<String> names) {
    DataConfiguration everywhere = DataSource.absolute(configuration);
    List<String> classes = List.copyOf(names);
    ImageSet images =
        DECODED.add(
            everywhere, DataSource.loadTest(configuration, Storage.of(hadoopProperties), classes));
    List<DataFingerprint> fingerprints = images.fingerprints();
    Map<String, String> properties = Map.copyOf(hadoopProperties);
    return new ImageTestData(
        () ->
            DECODED.get(
                everywhere,
                fingerprints,
                () -> DataSource.loadTest(everywhere, Storage.of(properties), classes)),
        images);
  }

  /** Of images that were read; {@code reading} gives the same ones. */
  public static ImageTestData of(ImageSet images, Reading reading) {
    return new ImageTestData(reading, images);
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
    return reading.images().dataset();
  }
}
