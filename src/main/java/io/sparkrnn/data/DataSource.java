package io.sparkrnn.data;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Finds and reads the image files that a configuration names: the bundled MNIST ({@code
 * builtin:mnist}), a directory that holds the four files of the MNIST family by their standard
 * names with or without {@code .gz}, or four explicit files. Images may have any size; there are
 * ten classes.
 *
 * <p>All methods throw {@link DataException} for files that are missing from a directory or have a
 * defect, and {@link StorageException} for what cannot be opened or read.
 */
public final class DataSource {
  /** The number of classes in every data set of the MNIST family. */
  public static final int CLASSES = 10;

  private static final String BUILTIN_SCHEME = "builtin:";
  private static final String BUILTIN_MNIST = "builtin:mnist";
  private static final String MNIST_RESOURCES = "/io/sparkrnn/data/mnist/";

  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  private final DataConfiguration configuration;
  private final Storage storage;

  private DataSource(DataConfiguration configuration, Storage storage) {
    this.configuration = configuration;
    this.storage = storage;
  }

  /**
   * The same files by names that mean the same in every process: executors have other working
   * directories.
   */
  static DataConfiguration absolute(DataConfiguration configuration) {
    return new DataConfiguration(
        absolute(configuration.uri()),
        absolute(configuration.trainImages()),
        absolute(configuration.trainLabels()),
        absolute(configuration.testImages()),
        absolute(configuration.testLabels()),
        configuration.validation());
  }

  private static String absolute(String location) {
    return location.isEmpty() || location.startsWith(BUILTIN_SCHEME)
        ? location
        : Storage.describe(Locations.uri(location));
  }

  /** Reads training and test set, and checks that their images are of one size. */
  public static ImageData load(DataConfiguration configuration, Storage storage) {
    ImageSet training = loadTraining(configuration, storage);
    ImageSet test = loadTest(configuration, storage);
    requireEqualShapes(training, test);
    return new ImageData(
        training.dataset(),
        test.dataset(),
        Stream.concat(training.fingerprints().stream(), test.fingerprints().stream()).toList());
  }

  /** Reads the training set only. */
  public static ImageSet loadTraining(DataConfiguration configuration, Storage storage) {
    DataSource source = new DataSource(configuration, storage);
    return source.configuration.hasExplicitFiles()
        ? read(
            source.file(Locations.uri(configuration.trainImages())),
            source.file(Locations.uri(configuration.trainLabels())))
        : source.readStandard(TRAIN_IMAGES, TRAIN_LABELS);
  }

  /** Reads the test set only. */
  public static ImageSet loadTest(DataConfiguration configuration, Storage storage) {
    DataSource source = new DataSource(configuration, storage);
    return source.configuration.hasExplicitFiles()
        ? read(
            source.file(Locations.uri(configuration.testImages())),
            source.file(Locations.uri(configuration.testLabels())))
        : source.readStandard(TEST_IMAGES, TEST_LABELS);
  }

  private static void requireEqualShapes(ImageSet training, ImageSet test) {
    SequenceDataset expected = training.dataset();
    SequenceDataset found = test.dataset();
    if (expected.timeSteps() != found.timeSteps() || expected.inputSize() != found.inputSize()) {
      throw new DataException(
          "Cannot use test images %s: expected %d x %d as in the training images %s, found %d x %d at byte 8"
              .formatted(
                  test.fingerprints().get(0).location(),
                  expected.timeSteps(),
                  expected.inputSize(),
                  training.fingerprints().get(0).location(),
                  found.timeSteps(),
                  found.inputSize()));
    }
  }

  private ImageSet readStandard(String images, String labels) {
    String uri = configuration.uri();
    if (uri.equals(BUILTIN_MNIST)) {
      return read(bundled(images), bundled(labels));
    }
    if (uri.startsWith(BUILTIN_SCHEME)) {
      throw new DataException(
          "Cannot find the data set %s: expected %s, or the location of a directory"
              .formatted(uri, BUILTIN_MNIST));
    }
    URI directory = Locations.uri(uri);
    List<FileEntry> entries = storage.list(directory);
    return read(inDirectory(directory, entries, images), inDirectory(directory, entries, labels));
  }

  private static DataFile bundled(String standardName) {
    String name = standardName + ".gz";
    return new DataFile(
        name,
        BUILTIN_MNIST + "/" + name,
        () -> {
          InputStream resource = DataSource.class.getResourceAsStream(MNIST_RESOURCES + name);
          if (resource == null) {
            throw new DataException(
                "Cannot read %s/%s: expected it in the class path at %s, found nothing"
                    .formatted(BUILTIN_MNIST, name, MNIST_RESOURCES));
          }
          return resource;
        });
  }

  private DataFile inDirectory(URI directory, List<FileEntry> entries, String standardName) {
    for (String name : List.of(standardName, standardName + ".gz")) {
      if (entries.stream().anyMatch(entry -> entry.name().equals(name) && !entry.directory())) {
        return file(Storage.resolve(directory, name));
      }
    }
    throw new DataException(
        "Cannot read the data in %s: expected a file %s or %s.gz, found neither"
            .formatted(Storage.describe(directory), standardName, standardName));
  }

  private DataFile file(URI uri) {
    String path = uri.getPath();
    return new DataFile(
        path.substring(path.lastIndexOf('/') + 1), Storage.describe(uri), () -> storage.open(uri));
  }

  private static ImageSet read(DataFile imagesFile, DataFile labelsFile) {
    IdxFile images = imagesFile.read(IdxReader::readImages);
    IdxFile labels = labelsFile.read((in, where) -> IdxReader.readLabels(in, where, CLASSES));
    return new ImageSet(
        IdxReader.dataset(images, labels, CLASSES),
        List.of(imagesFile.fingerprint(images), labelsFile.fingerprint(labels)));
  }

  private record DataFile(String name, String location, Supplier<InputStream> content) {
    IdxFile read(Format format) {
      try (InputStream in = content.get()) {
        return format.read(in, location);
      } catch (IOException e) {
        throw new StorageException("Cannot read %s: %s".formatted(location, e.getMessage()), e);
      }
    }

    DataFingerprint fingerprint(IdxFile file) {
      return new DataFingerprint(name, location, file.sha256(), file.bytes());
    }
  }

  @FunctionalInterface
  private interface Format {
    IdxFile read(InputStream in, String where) throws IOException;
  }
}
