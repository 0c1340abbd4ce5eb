package io.sparkrnn.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.storage.Sha256;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DataSourceTest {
  private static final String TRAIN_IMAGES = "train-images-idx3-ubyte";
  private static final String TRAIN_LABELS = "train-labels-idx1-ubyte";
  private static final String TEST_IMAGES = "t10k-images-idx3-ubyte";
  private static final String TEST_LABELS = "t10k-labels-idx1-ubyte";

  private final Storage storage = Storage.of(Map.of());

  @TempDir private Path directory;

  @Test
  void readsTheBundledMnist() throws IOException {
    ImageData mnist = DataSource.load(at("builtin:mnist"), storage);

    assertThat(mnist.training().size()).isEqualTo(60_000);
    assertThat(mnist.test().size()).isEqualTo(10_000);
    for (SequenceDataset dataset : List.of(mnist.training(), mnist.test())) {
      assertThat(dataset.timeSteps()).isEqualTo(28);
      assertThat(dataset.inputSize()).isEqualTo(28);
      assertThat(dataset.classes()).isEqualTo(10);
    }
    assertThat(IntStream.range(0, 10).map(mnist.training()::label))
        .containsExactly(5, 0, 4, 1, 9, 2, 1, 3, 1, 4);
    assertThat(
            mnist.fingerprints().stream()
                .collect(
                    Collectors.toMap(
                        file -> file.name().replace(".gz", ""), DataFingerprint::sha256)))
        .isEqualTo(publishedDigests());
    assertThat(mnist.fingerprints().get(0))
        .isEqualTo(
            new DataFingerprint(
                TRAIN_IMAGES + ".gz",
                "builtin:mnist/train-images-idx3-ubyte.gz",
                "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                16 + 60_000 * 28 * 28));
  }

  @ParameterizedTest
  @CsvSource({"28,28,false", "28,28,true", "5,7,false", "32,16,true"})
  void readsADirectoryOfStandardNames(int rows, int columns, boolean gzip) throws IOException {
    write(TRAIN_IMAGES, IdxBytes.images(3, rows, columns), gzip);
    write(TRAIN_LABELS, IdxBytes.labels(9, 0, 4), gzip);
    write(TEST_IMAGES, IdxBytes.images(2, rows, columns), gzip);
    write(TEST_LABELS, IdxBytes.labels(1, 2), gzip);

    ImageData data = DataSource.load(at(directory.toString()), storage);

    assertThat(data.training().size()).isEqualTo(3);
    assertThat(data.training().timeSteps()).isEqualTo(rows);
    assertThat(data.training().inputSize()).isEqualTo(columns);
    assertThat(data.training().label(2)).isEqualTo(4);
    assertThat(data.test().size()).isEqualTo(2);
    assertThat(data.test().label(0)).isEqualTo(1);
    assertThat(data.test().batch(new int[] {0}, Axes.BATCH_FIRST)[1]).isEqualTo(1 / 255f);
    String suffix = gzip ? ".gz" : "";
    assertThat(data.fingerprints())
        .containsExactly(
            fingerprint(TRAIN_IMAGES + suffix, IdxBytes.images(3, rows, columns)),
            fingerprint(TRAIN_LABELS + suffix, IdxBytes.labels(9, 0, 4)),
            fingerprint(TEST_IMAGES + suffix, IdxBytes.images(2, rows, columns)),
            fingerprint(TEST_LABELS + suffix, IdxBytes.labels(1, 2)));
  }

  @Test
  void readsADirectoryByItsUriAndPrefersUncompressedFiles() throws IOException {
    writeTestFiles();
    write(TEST_LABELS, IdxBytes.labels(8, 8), true);

    ImageSet test = DataSource.loadTest(at(directory.toUri().toString()), storage);

    assertThat(test.dataset().label(0)).isEqualTo(1);
  }

  @Test
  void looksAtTheContentRatherThanTheName() throws IOException {
    Files.write(directory.resolve(TEST_IMAGES + ".gz"), IdxBytes.images(2, 3, 3));
    Files.write(directory.resolve(TEST_LABELS), IdxBytes.gzip(IdxBytes.labels(1, 2)));

    assertThat(DataSource.loadTest(at(directory.toString()), storage).dataset().size())
        .isEqualTo(2);
  }

  @Test
  void readsOnlyTheTestFilesForATest() throws IOException {
    writeTestFiles();

    ImageSet test = DataSource.loadTest(at(directory.toString()), storage);

    assertThat(test.dataset().size()).isEqualTo(2);
    assertThat(test.fingerprints())
        .extracting(DataFingerprint::name)
        .containsExactly(TEST_IMAGES, TEST_LABELS);
  }

  @Test
  void readsExplicitFiles() throws IOException {
    Files.write(directory.resolve("a"), IdxBytes.images(2, 3, 3));
    Files.write(directory.resolve("b"), IdxBytes.labels(1, 2));
    Files.write(directory.resolve("c"), IdxBytes.gzip(IdxBytes.images(1, 3, 3)));
    Files.write(directory.resolve("d"), IdxBytes.labels(3));

    ImageData data = DataSource.load(explicit(path("a"), path("b"), path("c"), path("d")), storage);

    assertThat(data.training().label(1)).isEqualTo(2);
    assertThat(data.test().label(0)).isEqualTo(3);
    assertThat(data.fingerprints())
        .extracting(DataFingerprint::location)
        .containsExactly(path("a"), path("b"), path("c"), path("d"));
  }

  @Test
  void refusesADirectoryWithoutAStandardFile() throws IOException {
    write(TEST_IMAGES, IdxBytes.images(2, 3, 3), false);
    Files.createDirectory(directory.resolve(TEST_LABELS));

    assertThatThrownBy(() -> DataSource.loadTest(at(directory.toString()), storage))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read the data in %s: expected a file t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz, found neither"
                .formatted(directory));
  }

  @Test
  void refusesTestImagesOfAnotherSize() throws IOException {
    writeTestFiles();
    write(TRAIN_IMAGES, IdxBytes.images(1, 4, 3), false);
    write(TRAIN_LABELS, IdxBytes.labels(1), false);

    assertThatThrownBy(() -> DataSource.load(at(directory.toString()), storage))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot use test images %s: expected 4 x 3 as in the training images %s, found 3 x 3 at byte 8"
                .formatted(path(TEST_IMAGES), path(TRAIN_IMAGES)));
  }

  @Test
  void hasAsManyClassesAsThereAreLabels() throws IOException {
    writeTestFiles();
    write(TRAIN_IMAGES, IdxBytes.images(2, 3, 3), false);
    write(TRAIN_LABELS, IdxBytes.labels(0, 25), false);

    ImageData data = DataSource.load(at(directory.toString()), storage);

    assertThat(data.training().classes()).isEqualTo(26);
    assertThat(data.test().classes()).isEqualTo(26);
    assertThat(DataSource.load(at(directory.toString()).withClasses(47), storage).test().classes())
        .isEqualTo(47);
  }

  @Test
  void refusesMoreThanTheClassesThatAreSaid() throws IOException {
    write(TEST_IMAGES, IdxBytes.images(2, 3, 3), false);
    write(TEST_LABELS, IdxBytes.labels(1, 26), false);

    DataConfiguration ofTen = at(directory.toString()).withClasses(10);
    assertThatThrownBy(() -> DataSource.loadTest(ofTen, storage))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot read IDX labels %s: expected a label from 0 to 9, found 26 at byte 9"
                .formatted(path(TEST_LABELS)));
  }

  @Test
  void refusesAnUnknownBuiltinDataSet() {
    assertThatThrownBy(() -> DataSource.load(at("builtin:cifar"), storage))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot find the data set builtin:cifar: expected builtin:mnist, or the location of a directory");
  }

  @Test
  void leavesWhatCannotBeOpenedOrReadToStorage() throws IOException {
    assertThatThrownBy(() -> DataSource.load(at(path("nowhere")), storage))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(path("nowhere"));

    Files.createDirectory(directory.resolve("a-directory"));
    DataConfiguration explicit = explicit(path("a-directory"), path("b"), path("c"), path("d"));
    assertThatThrownBy(() -> DataSource.loadTraining(explicit, storage))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("Cannot read " + path("a-directory") + ": ");
  }

  private static DataConfiguration at(String uri) {
    return new DataConfiguration(uri, "", "", "", "", 0, 0, List.of(), false, false, 1, 0);
  }

  private static DataConfiguration explicit(
      String trainImages, String trainLabels, String testImages, String testLabels) {
    return new DataConfiguration(
        "builtin:mnist",
        trainImages,
        trainLabels,
        testImages,
        testLabels,
        0,
        0,
        List.of(),
        false,
        false,
        1,
        0);
  }

  private String path(String name) {
    return directory.resolve(name).toString();
  }

  private void writeTestFiles() throws IOException {
    write(TEST_IMAGES, IdxBytes.images(2, 3, 3), false);
    write(TEST_LABELS, IdxBytes.labels(1, 2), false);
  }

  private void write(String name, byte[] content, boolean gzip) throws IOException {
    if (gzip) {
      Files.write(directory.resolve(name + ".gz"), IdxBytes.gzip(content));
    } else {
      Files.write(directory.resolve(name), content);
    }
  }

  private DataFingerprint fingerprint(String name, byte[] content) {
    return new DataFingerprint(name, path(name), Sha256.hex(content), content.length);
  }

  private static Map<String, String> publishedDigests() throws IOException {
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                Objects.requireNonNull(
                    DataSource.class.getResourceAsStream("/io/sparkrnn/data/mnist/SHA256SUMS")),
                StandardCharsets.UTF_8))) {
      return lines
          .lines()
          .map(line -> line.split(" +", -1))
          .collect(Collectors.toMap(fields -> fields[1], fields -> fields[0]));
    }
  }
}
