package io.sparkrnn.data.images;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds and reads the images that a configuration names: the bundled MNIST ({@code builtin:mnist}),
 * a location with those of training and of test, or places for both. Images may have any size, and
 * there are as many classes as labels unless it is said.
 *
 * <p>All methods throw {@link DataException} for files that are missing from a directory or have a
 * defect, and {@link StorageException} for what cannot be opened or read.
 */
public final class DataSource {
  private static final String BUILTIN_SCHEME = "builtin:";
  private static final String BUILTIN_MNIST = "builtin:mnist";
  private static final String MNIST_RESOURCES = "/io/sparkrnn/data/mnist/";

  private final DataConfiguration configuration;
  private final Storage storage;

  private DataSource(DataConfiguration configuration, Storage storage) {
    this.configuration = configuration;
    this.storage = storage;
  }

  /** The files of tables that hold images, which Spark reads. */
  public record Tables(List<URI> training, List<URI> test) {}

  /**
   * The same files by names that mean the same in every process: executors have other working
   * directories.
   */
  static DataConfiguration absolute(DataConfiguration configuration) {
    return configuration.at(DataSource::absolute);
  }

  private static String absolute(String location) {
    return location.isEmpty() || location.startsWith(BUILTIN_SCHEME)
        ? location
        : Storage.describe(Locations.uri(location));
  }

  /**
   * The tables that a configuration names, if it does.
   *
   * @param training whether those of training are needed, too; else there are none
   */
  public static Optional<Tables> tables(
      DataConfiguration configuration, Storage storage, boolean training) {
    if (configuration.uri().startsWith(BUILTIN_SCHEME) && !configuration.hasExplicitFiles()) {
      return Optional.empty();
    }
    DataSource source = new DataSource(configuration, storage);
    ImagePlace first = source.place(training ? PartName.TRAINING : PartName.TEST);
    if (first.kind() != ImagePlace.Kind.TABLES) {
      return Optional.empty();
    }
    return Optional.of(
        training
            ? new Tables(first.files(), source.place(PartName.TEST).files())
            : new Tables(List.of(), first.files()));
  }

  /** Reads training and test set, and checks that their images are of one size. */
  public static ImageData load(DataConfiguration configuration, Storage storage) {
    DataSource source = new DataSource(configuration, storage);
    LabelledImages training = source.read(PartName.TRAINING, List.of());
    return data(configuration, training, source.read(PartName.TEST, training.names()));
  }

  /** What a network sees of images that were read. */
  public static ImageData data(
      DataConfiguration configuration, LabelledImages training, LabelledImages test) {
    int classes =
        configuration.classes() > 0
            ? configuration.classes()
            : Math.max(training.classes(), test.classes());
    PixelRules rules = PixelRules.of(configuration);
    ImageSet trainingSet = training.set(rules, classes);
    ImageSet testSet = test.set(rules, classes);
    requireEqualShapes(trainingSet, testSet, test.format());
    return new ImageData(
        trainingSet.dataset(),
        testSet.dataset(),
        trainingSet.names(),
        Stream.concat(trainingSet.fingerprints().stream(), testSet.fingerprints().stream())
            .toList());
  }

  /** Reads the training set only. */
  public static ImageSet loadTraining(DataConfiguration configuration, Storage storage) {
    return set(
        configuration, new DataSource(configuration, storage).read(PartName.TRAINING, List.of()));
  }

  /** Reads the test set only, with classes as its own files have them. */
  public static ImageSet loadTest(DataConfiguration configuration, Storage storage) {
    return loadTest(configuration, storage, List.of());
  }

  /**
   * Reads the test set only.
   *
   * @param names what classes are called that images have; none: as its own files have them
   */
  public static ImageSet loadTest(
      DataConfiguration configuration, Storage storage, List<String> names) {
    return set(configuration, new DataSource(configuration, storage).read(PartName.TEST, names));
  }

  /** As {@link #data}, of one part. */
  public static ImageSet set(DataConfiguration configuration, LabelledImages images) {
    int classes = configuration.classes() > 0 ? configuration.classes() : images.classes();
    return images.set(PixelRules.of(configuration), classes);
  }

  private static void requireEqualShapes(ImageSet training, ImageSet test, String format) {
    SequenceDataset expected = training.dataset();
    SequenceDataset found = test.dataset();
    if (expected.timeSteps() != found.timeSteps() || expected.inputSize() != found.inputSize()) {
      throw new DataException(
          "Cannot use test images %s: expected %d x %d as in the training images %s, found %d x %d%s"
              .formatted(
                  test.fingerprints().get(0).location(),
                  expected.timeSteps(),
                  expected.inputSize(),
                  training.fingerprints().get(0).location(),
                  found.timeSteps(),
                  found.inputSize(),
                  format.equals(ArrayHeader.IDX) ? " at byte 8" : ""));
    }
  }

  private LabelledImages read(PartName part, List<String> names) {
    if (!configuration.hasExplicitFiles() && configuration.uri().startsWith(BUILTIN_SCHEME)) {
      return builtin(part);
    }
    ImagePlace place = place(part);
    URI first = place.files().get(0);
    return switch (place.kind()) {
      case ARRAYS -> {
        URI labels = place.files().get(1);
        yield paired(
            name(first),
            array(IdxKind.IMAGES, storage.open(first), Storage.describe(first)),
            name(labels),
            array(IdxKind.LABELS, storage.open(labels), Storage.describe(labels)));
      }
      case NPZ -> npz(first, place.part());
      case FOLDER ->
          ImageFolder.read(
              storage,
              first,
              PixelRules.of(configuration).size(),
              names.isEmpty() ? ImageFolder.classes(storage, place.files().get(1)) : names,
              configuration.labelOffset(),
              configuration.classes());
      case CSV -> csv(first, names);
      case TABLES ->
          throw new DataException(
              "Cannot read the images %s: expected files that need no Spark here, found a table"
                  .formatted(Storage.describe(first)));
    };
  }

  private ImagePlace place(PartName part) {
    if (!configuration.hasExplicitFiles()) {
      return DataLayout.find(storage, Locations.uri(configuration.uri()), part);
    }
    boolean training = part == PartName.TRAINING;
    String images = training ? configuration.trainImages() : configuration.testImages();
    String labels = training ? configuration.trainLabels() : configuration.testLabels();
    URI location = Locations.uri(images);
    if (!labels.isEmpty()) {
      return ImagePlace.arrays(location, Locations.uri(labels));
    }
    URI ofNames =
        configuration.trainImages().isEmpty()
            ? location
            : Locations.uri(configuration.trainImages());
    return DataLayout.labelled(storage, location, ofNames, part);
  }

  private LabelledImages builtin(PartName part) {
    String uri = configuration.uri();
    if (!uri.equals(BUILTIN_MNIST)) {
      throw new DataException(
          "Cannot find the data set %s: expected %s, or the location of a directory"
              .formatted(uri, BUILTIN_MNIST));
    }
    String prefix = part == PartName.TRAINING ? "train" : "t10k";
    String images = prefix + "-images-idx3-ubyte.gz";
    String labels = prefix + "-labels-idx1-ubyte.gz";
    return paired(
        images,
        array(IdxKind.IMAGES, bundled(images), BUILTIN_MNIST + "/" + images),
        labels,
        array(IdxKind.LABELS, bundled(labels), BUILTIN_MNIST + "/" + labels));
  }

  private static InputStream bundled(String name) {
    InputStream resource = DataSource.class.getResourceAsStream(MNIST_RESOURCES + name);
    if (resource == null) {
      throw new DataException(
          "Cannot read %s/%s: expected it in the class path at %s, found nothing"
              .formatted(BUILTIN_MNIST, name, MNIST_RESOURCES));
    }
    return resource;
  }

  private LabelledImages paired(
      String imagesName, ArrayFile images, String labelsName, ArrayFile labels) {
    int[] classes = labels.labels(configuration.labelOffset(), configuration.classes());
    ArrayFile.requireEqualCounts(images, labels);
    return new LabelledImages(
        images.header().format(),
        images.pixels(),
        classes,
        List.of(),
        List.of(images.fingerprint(imagesName), labels.fingerprint(labelsName)));
  }

  private LabelledImages npz(URI file, PartName part) {
    String where = Storage.describe(file);
    NpzFile.Arrays arrays = reading(where, () -> NpzFile.read(storage.open(file), where, part));
    return paired(
        name(file) + "/" + part.imagesExample(),
        arrays.images(),
        name(file) + "/" + part.labelsExample(),
        arrays.labels());
  }

  private LabelledImages csv(URI file, List<String> names) {
    String where = Storage.describe(file);
    return reading(
        where,
        () ->
            CsvImages.read(
                storage.open(file),
                name(file),
                where,
                names,
                configuration.labelOffset(),
                configuration.classes()));
  }

  private static ArrayFile array(IdxKind kind, InputStream in, String where) {
    return reading(where, () -> ArrayReader.read(kind, in, where));
  }

  private static String name(URI file) {
    String path = file.getPath();
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static <T> T reading(String where, Reading<T> reading) {
    try {
      return reading.run();
    } catch (IOException e) {
      throw new StorageException("Cannot read %s: %s".formatted(where, e.getMessage()), e);
    }
  }

  @FunctionalInterface
  private interface Reading<T> {
    T run() throws IOException;
  }
}
