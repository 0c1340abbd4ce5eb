package io.sparkrnn.data.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.images.ImageDecoder.GrayImage;
import io.sparkrnn.storage.Storage;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same six images from every kind of file that people have them in. */
class ImageFormatsTest {
  private static final byte[] TRAINING = {0, 51, 102, (byte) 255, 1, 2, 3, 4, 9, 8, 7, 6};
  private static final byte[] TEST = {10, 20, 30, 40};
  private static final Storage STORAGE = Storage.of(Map.of());

  @TempDir private Path directory;

  private void write(String name, byte[] content) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, content);
  }

  private void write(String name, String content) throws IOException {
    write(name, content.getBytes(StandardCharsets.UTF_8));
  }

  private static DataConfiguration at(Path location) {
    return new DataConfiguration(
        location.toString(), "", "", "", "", 0, 0, List.of(), false, false, 1, 0);
  }

  private ImageData read() {
    return DataSource.load(at(directory), STORAGE);
  }

  private static DataConfiguration with(
      Path location, int offset, boolean transpose, boolean invert, double scale) {
    return new DataConfiguration(
        location.toString(), "", "", "", "", 0, offset, List.of(), transpose, invert, scale, 0);
  }

  private static void isTheSame(ImageData data) {
    assertThat(data.training().sha256())
        .isEqualTo(SequenceDataset.ofBytes(TRAINING, new byte[] {2, 0, 1}, 2, 2, 3).sha256());
    assertThat(data.test().sha256())
        .isEqualTo(SequenceDataset.ofBytes(TEST, new byte[] {1}, 2, 2, 3).sha256());
  }

  @ParameterizedTest
  @CsvSource({
    "train-images-idx3-ubyte,train-labels-idx1-ubyte,t10k-images-idx3-ubyte,t10k-labels-idx1-ubyte",
    "train-images.idx3-ubyte,train-labels.idx1-ubyte,t10k-images.idx3-ubyte,t10k-labels.idx1-ubyte",
    "train-images-idx3-ubyte,train-labels-idx1-ubyte,test-images-idx3-ubyte,test-labels-idx1-ubyte",
    "MNIST/raw/train-images-idx3-ubyte,MNIST/raw/train-labels-idx1-ubyte,MNIST/raw/t10k-images-idx3-ubyte,MNIST/raw/t10k-labels-idx1-ubyte",
    "train-images-idx3-ubyte/train-images-idx3-ubyte,train-labels-idx1-ubyte/train-labels-idx1-ubyte,t10k-images-idx3-ubyte/t10k-images-idx3-ubyte,t10k-labels-idx1-ubyte/t10k-labels-idx1-ubyte",
    "emnist-letters-train-images-idx3-ubyte,emnist-letters-train-labels-idx1-ubyte,emnist-letters-test-images-idx3-ubyte,emnist-letters-test-labels-idx1-ubyte",
    "gzip/qmnist-train-images-idx3-ubyte,gzip/qmnist-train-labels-idx1-ubyte,gzip/qmnist-test-images-idx3-ubyte,gzip/qmnist-test-labels-idx1-ubyte",
  })
  void findsIdxByTheNamesOfDownloads(
      String trainImages, String trainLabels, String testImages, String testLabels)
      throws IOException {
    write(trainImages, IdxBytes.images(3, 2, 2, TRAINING));
    write(trainLabels, IdxBytes.labels(2, 0, 1));
    write(testImages, IdxBytes.images(1, 2, 2, TEST));
    write(testLabels, IdxBytes.labels(1));

    isTheSame(read());
  }

  @Test
  void asksWhichOfSeveralDataSetsIsMeant() throws IOException {
    for (String set : List.of("emnist-letters", "emnist-digits")) {
      for (String part : List.of("train", "test")) {
        write(set + "-" + part + "-images-idx3-ubyte", IdxBytes.images(1, 2, 2, TEST));
        write(set + "-" + part + "-labels-idx1-ubyte", IdxBytes.labels(1));
      }
    }
    refused(
        "expected one data set, found emnist-digits-train-images-idx3-ubyte, emnist-letters-train-images-idx3-ubyte; --train-images,");
  }

  @Test
  void readsIdxOfOtherTypesAndRanks() throws IOException {
    ByteBuffer images = ByteBuffer.allocate(20 + 8 * 12);
    images.putInt(0x0E04).putInt(3).putInt(1).putInt(2).putInt(2);
    for (byte pixel : TRAINING) {
      images.putDouble((pixel & 0xFF) / 255.0);
    }
    write("train-images-idx3-ubyte", images.array());
    // QMNIST: class, series, writer and more.
    int[] table = new int[24];
    table[0] = 2;
    table[8] = 0;
    table[16] = 1;
    write(
        "train-labels-idx2-int",
        IdxBytes.concat(IdxBytes.ints(0x0C02, 3, 8), IdxBytes.ints(table)));
    write("test-images-idx2-ubyte", IdxBytes.concat(IdxBytes.ints(0x0802, 1, 4), TEST));
    write("test-labels-idx2-int", IdxBytes.concat(IdxBytes.ints(0x0C02, 1, 1), IdxBytes.ints(1)));

    ImageData data = read();

    assertThat(data.training().labels()).containsExactly(2, 0, 1);
    assertThat(data.training().batch(new int[] {0}, Axes.BATCH_FIRST))
        .containsExactly(0, 51 / 255f, 102 / 255f, 1);
    assertThat(data.test().sha256())
        .isEqualTo(SequenceDataset.ofBytes(TEST, new byte[] {1}, 2, 2, 3).sha256());
  }

  @Test
  void readsKerasMnistNpz() throws IOException {
    Map<String, byte[]> arrays = new TreeMap<>();
    arrays.put("x_train", NumpyBytes.npy("|u1", "3, 2, 2", TRAINING));
    arrays.put("y_train", NumpyBytes.npy("<i8", "3,", NumpyBytes.littleEndian(2, 0, 1)));
    arrays.put("x_test", NumpyBytes.npy("|u1", "1, 2, 2, 1", TEST));
    arrays.put("y_test", NumpyBytes.npy("|u1", "1, 1", new byte[] {1}));
    write("mnist.npz", NumpyBytes.npz(arrays));

    isTheSame(DataSource.load(at(directory.resolve("mnist.npz")), STORAGE));
    isTheSame(read());

    arrays.remove("y_test");
    write("mnist.npz", NumpyBytes.npz(arrays));
    refused("mnist.npz: expected an array y_test, found [x_test, x_train, y_train]");
  }

  @Test
  void readsNpyFilesOfFloats() throws IOException {
    float[] floats = {-1.5f, 0, 0.25f, 1};
    write(
        "x_train.npy",
        NumpyBytes.npy(">f4", "1, 4", NumpyBytes.floats(ByteOrder.BIG_ENDIAN, floats)));
    write("y_train.npy", NumpyBytes.npy("<i8", "1,", NumpyBytes.littleEndian(1)));
    write(
        "X_test.npy",
        NumpyBytes.npy("<f4", "1, 1, 2, 2", NumpyBytes.floats(ByteOrder.LITTLE_ENDIAN, floats)));
    write("Y_test.npy", NumpyBytes.npy("|b1", "1,", new byte[] {1}));

    ImageData data = read();

    assertThat(data.training().batch(new int[] {0}, Axes.BATCH_FIRST)).containsExactly(floats);
    assertThat(data.training().sha256()).isEqualTo(data.test().sha256());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '~',
      quoteCharacter = '"',
      value = {
        "'descr': '|O', 'fortran_order': False, 'shape': (3,)      ~ expected integers, floats or booleans, found '|O'",
        "'descr': '<f4', 'fortran_order': True, 'shape': (2, 2) ~ expected the order of C, as numpy.ascontiguousarray has it, found Fortran's",
        "'descr': '<f4', 'fortran_order': False, 'shape': () ~ expected an array, found a single number",
        "'descr': '<f4', 'fortran_order': False, 'shape': (0, 2) ~ expected a dimension of at least 1, found 0 in the header",
        "'descr': '<f4', 'fortran_order': False, 'shape': (99999999, 99999999) ~ expected at most 2147483631 bytes, found 99999999 x 99999999 in the header",
        "'descr': '<f4', 'fortran_order': False, 'shape': (1, 9) ~ expected 164 bytes, found end of file at byte 132",
        "'descr': [('a', '<f4')], 'fortran_order': False ~ expected a header with descr of plain numbers",
        "'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1) ~ expected images of one channel",
      })
  void refusesOtherNpyFiles(String header, String said) throws IOException {
    write("x_train.npy", NumpyBytes.npy("{" + header + ", }", new byte[4]));
    write("y_train.npy", NumpyBytes.npy("|u1", "1,", new byte[1]));
    refused(said);
  }

  @ParameterizedTest
  @CsvSource({"true", "false"})
  void readsKagglesCsv(boolean header) throws IOException {
    String names = header ? "label,1x1,1x2,2x1,2x2\n" : "";
    write("mnist_train.csv", names + "2,0,51,102,255\n0,1,2,3,4\r\n1,9,8,7,6\n");
    write("mnist_test.csv", names + "1,10,20,30,40");

    isTheSame(read());
  }

  @Test
  void saysWhichCellOfCsvIsWrong() throws IOException {
    write("test.csv", "label,a,b,c,d\n1,1,2,3,4\n");
    write("train.csv", "label,a,b,c,d\n1,1,2,3,4\n1,1,2,x,4\n");
    refused("train.csv: expected a number, found \"x\" in row 3, column c");
    write("train.csv", "label,a,b,c,d\n1,1,2,3\n");
    refused("train.csv: expected 5 columns, found 4 in row 2");
    write("train.csv", "a,b,c,d,e\n1,1,2,3,4\n");
    refused("train.csv: expected a column label among the header's, found a, e, ...");
    write("train.csv", "1,2,3\n");
    refused(
        "expected a label and the pixels of a square image, such as 1 + 784, found 3 columns in row 1");
    write("train.csv", "-1,0,0.5,0,0\n");
    refused("expected a label from 0 to 32766, found \"-1\" in row 1, column 1");
    write("train.csv", "0,0,0.5,0,1\n");
    assertThat(read().training().batch(new int[] {0}, Axes.BATCH_FIRST))
        .containsExactly(0, 0.5f, 0, 1);
  }

  private void image(String name, byte... pixels) throws IOException {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, 2, 2, pixels);
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    ImageIO.write(image, "png", file.toFile());
  }

  @ParameterizedTest
  @CsvSource({"training/0,training/1,training/2,testing/1", "train/a,train/b,train/c,val/b"})
  void readsADirectoryForEachClass(String zero, String one, String two, String test)
      throws IOException {
    image(zero + "/x.png", (byte) 1, (byte) 2, (byte) 3, (byte) 4);
    image(one + "/deeper/x.png", (byte) 9, (byte) 8, (byte) 7, (byte) 6);
    image(two + "/x.png", (byte) 0, (byte) 51, (byte) 102, (byte) 255);
    image(test + "/y.png", TEST);
    write(one + "/.DS_Store", "x");

    ImageData data = read();

    byte[] inOrder = {1, 2, 3, 4, 9, 8, 7, 6, 0, 51, 102, (byte) 255};
    assertThat(data.training().sha256())
        .isEqualTo(SequenceDataset.ofBytes(inOrder, new byte[] {0, 1, 2}, 2, 2, 3).sha256());
    assertThat(data.test().labels()).containsExactly(1);

    Files.delete(directory.resolve(two + "/x.png"));
    ImageIO.write(
        new BufferedImage(3, 2, BufferedImage.TYPE_BYTE_GRAY),
        "png",
        directory.resolve(two + "/y.png").toFile());
    refused("y.png: expected 2 rows of 2 pixels, found 2 rows of 3, unlike ");
    write(two + "/y.png", "words");
    refused("y.png: expected a PNG, found text, unlike ");
  }

  @Test
  void namesOfClassesAreThoseOfTraining() throws IOException {
    for (String name : List.of("cat", "dog", "eel")) {
      image("train/" + name + "/x.png", TEST);
    }
    image("test/dog/y.png", TEST);
    image("test/eel/y.png", TEST);
    List<String> names = List.of("cat", "dog", "eel");

    ImageData data = read();
    assertThat(data.names()).isEqualTo(names);
    assertThat(data.test().labels()).containsExactly(1, 2);

    // Alone, the test images say nothing of cats.
    DataConfiguration alone = tested(directory.resolve("test"));
    assertThat(DataSource.loadTest(alone, STORAGE).dataset().labels()).containsExactly(0, 1);
    ImageSet known = DataSource.loadTest(alone, STORAGE, names);
    assertThat(known.names()).isEqualTo(names);
    assertThat(known.dataset().labels()).containsExactly(1, 2);
    assertThat(known.dataset().classes()).isEqualTo(3);
    assertThatThrownBy(() -> DataSource.loadTest(alone, STORAGE, List.of("cat", "dog")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected a class of [cat, dog], found the directory eel");

    Files.delete(directory.resolve("train/cat/x.png"));
    assertThat(ImageWarnings.of(at(directory), read()))
        .anySatisfy(
            warning -> assertThat(warning).isEqualTo("no training images of the classes [cat]"));
  }

  private static DataConfiguration tested(Path images) {
    return new DataConfiguration(
        "builtin:mnist", "", "", images.toString(), "", 0, 0, List.of(), false, false, 1, 0);
  }

  @Test
  void labelsOfCsvMayBeNames() throws IOException {
    write("train.csv", "label,p0,p1,p2,p3\ndog,0,51,102,255\n\"cat\",1,2,3,4\ndog,9,8,7,6\n");
    write("test.csv", "p0,p1,p2,p3,label\n10,20,30,40,dog\n");

    ImageData data = read();
    assertThat(data.names()).containsExactly("cat", "dog");
    assertThat(data.training().labels()).containsExactly(1, 0, 1);
    assertThat(data.test().labels()).containsExactly(1);

    ImageSet known =
        DataSource.loadTest(
            tested(directory.resolve("test.csv")), STORAGE, List.of("ant", "cat", "dog"));
    assertThat(known.dataset().labels()).containsExactly(2);
    assertThat(known.fingerprints())
        .isNotEqualTo(
            DataSource.loadTest(tested(directory.resolve("test.csv")), STORAGE).fingerprints());
    write("test.csv", "label,p0,p1,p2,p3\ndog,1,2,3,4\nfox,1,2,3,4\n");
    refused("expected a class of [cat, dog], found \"fox\" in row 3, column label");
    assertThatThrownBy(() -> DataSource.load(at(directory).withClasses(1), STORAGE))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected at most 1 classes, found 2: cat, dog");
  }

  @Test
  void imagesOfAnySizeAreResized() throws IOException {
    image("train/0/x.png", TEST);
    BufferedImage large = new BufferedImage(3, 4, BufferedImage.TYPE_BYTE_GRAY);
    large.getRaster().setSample(1, 2, 0, 200);
    Files.createDirectories(directory.resolve("train/1"));
    ImageIO.write(large, "png", directory.resolve("train/1/large.png").toFile());
    image("test/0/x.png", TEST);
    refused("large.png: expected 2 rows of 2 pixels, found 4 rows of 3, unlike ");

    SequenceDataset training = DataSource.load(resized(3, 2), STORAGE).training();

    assertThat(training.timeSteps()).isEqualTo(3);
    float[] pixels = new float[12];
    pixels[7] = 200 / 255f;
    assertThat(training.batch(new int[] {1}, Axes.BATCH_FIRST))
        .containsExactly(Resampling.resized(pixels, 4, 3, 3, 2));
  }

  private DataConfiguration resized(int rows, int columns) {
    return new DataConfiguration(
        directory.toString(), "", "", "", "", 0, 0, List.of(rows, columns), false, false, 1, 0);
  }

  @Test
  void arraysAreResized() throws IOException {
    write("train-images-idx3-ubyte", IdxBytes.images(3, 2, 2, TRAINING));
    write("train-labels-idx1-ubyte", IdxBytes.labels(0, 1, 2));
    write("t10k-images-idx3-ubyte", IdxBytes.images(1, 2, 2, TEST));
    write("t10k-labels-idx1-ubyte", IdxBytes.labels(2));

    SequenceDataset training = DataSource.load(resized(3, 5), STORAGE).training();

    float[] second = {1 / 255f, 2 / 255f, 3 / 255f, 4 / 255f};
    assertThat(training.isOfBytes()).isTrue();
    assertThat(training.batch(new int[] {1}, Axes.BATCH_FIRST))
        .containsExactly(Resampling.resized(second, 2, 2, 3, 5));
  }

  @Test
  void saysHowFoldersThatAreNotDividedAreNamed() throws IOException {
    image("0/x.png", TEST);
    image("1/x.png", TEST);
    refused(
        "found 0, 1; where these are classes, --train-images and --test-images name their directories");

    DataConfiguration named =
        new DataConfiguration(
            "builtin:mnist",
            directory.toString(),
            "",
            directory.toString(),
            "",
            0,
            0,
            List.of(),
            false,
            false,
            1,
            0);
    assertThat(DataSource.load(named, STORAGE).training().labels()).containsExactly(0, 1);
  }

  @Test
  void saysWhatIsThereInPlaceOfData() throws IOException {
    write("readme.md", "x");
    refused(
        "expected train-images-idx3-ubyte and train-labels-idx1-ubyte, arrays x_train and y_train, or CSV, Parquet or a directory of classes called train, found readme.md");
    write("train-images-idx3-ubyte", "<!DOCTYPE html>not found");
    write("train-labels-idx1-ubyte", IdxBytes.labels(1));
    refused("expected magic 0x00000803, found 0x3C21444F at byte 0 (a web page)");
    write("train-images-idx3-ubyte", IdxBytes.gzip(IdxBytes.gzip(IdxBytes.images(1, 2, 2))));
    refused("found 0x1F8B0800 at byte 0 of the decompressed content (a gzip file)");
  }

  @Test
  void labelsMayBeginWithAnotherNumber() throws IOException {
    write("train-images-idx3-ubyte", IdxBytes.images(3, 2, 2, TRAINING));
    write("train-labels-idx1-ubyte", IdxBytes.labels(3, 1, 2));
    write("t10k-images-idx3-ubyte", IdxBytes.images(1, 2, 2, TEST));
    write("t10k-labels-idx1-ubyte", IdxBytes.labels(2));

    isTheSame(DataSource.load(with(directory, 1, false, false, 1), STORAGE));
    assertThatThrownBy(() -> DataSource.load(with(directory, 2, false, false, 1), STORAGE))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected a label from 2 to 32768, found 1 at byte 9");
  }

  @Test
  void pixelsAreTransposedScaledAndInverted() throws IOException {
    write(
        "train-images-idx3-ubyte",
        IdxBytes.images(2, 2, 3, new byte[] {1, 2, 3, 4, 5, 6, 16, 0, 0, 0, 0, 8}));
    write("train-labels-idx1-ubyte", IdxBytes.labels(0, 1));
    write("t10k-images-idx3-ubyte", IdxBytes.images(1, 2, 3));
    write("t10k-labels-idx1-ubyte", IdxBytes.labels(1));

    SequenceDataset turned = DataSource.load(with(directory, 0, true, true, 1), STORAGE).training();
    assertThat(turned.sha256())
        .isEqualTo(
            SequenceDataset.ofBytes(
                    new byte[] {
                      (byte) 254, (byte) 251, (byte) 253, (byte) 250, (byte) 252, (byte) 249,
                      (byte) 239, (byte) 255, (byte) 255, (byte) 255, (byte) 255, (byte) 247
                    },
                    new byte[] {0, 1},
                    3,
                    2,
                    2)
                .sha256());
    SequenceDataset scaled =
        DataSource.load(with(directory, 0, false, false, 255 / 16.0), STORAGE).training();
    assertThat(scaled.batch(new int[] {1}, Axes.BATCH_FIRST)).containsExactly(1, 0, 0, 0, 0, 0.5f);
  }

  /** Each image by itself, as predictions read it, has the bits that a whole file has. */
  @Test
  void rulesOfOneImageAreThoseOfAll() {
    byte[] pixels = new byte[256];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) i;
    }
    float[] image =
        Pixels.ofBytes(8, 32, pixels)
            .dataset(new int[] {0}, 1)
            .batch(new int[] {0}, Axes.BATCH_FIRST);
    for (PixelRules rules :
        List.of(
            new PixelRules(List.of(), true, 1, true),
            new PixelRules(List.of(), true, 15.9375, true),
            new PixelRules(List.of(), false, 0.3, false),
            new PixelRules(List.of(20, 4), true, 0.3, true))) {
      GrayImage read = rules.sizeInFile(20, 4).resized(new GrayImage(8, 32, image));
      assertThat(rules.apply(read.values(), read.rows(), read.columns()))
          .containsExactly(
              Pixels.ofBytes(8, 32, pixels)
                  .with(rules)
                  .dataset(new int[] {0}, 1)
                  .batch(new int[] {0}, Axes.BATCH_FIRST));
    }
  }

  @Test
  void warnsOfWhatCanHardlyBeMeant() throws IOException {
    write("emnist-x-train-images-idx3-ubyte", IdxBytes.images(2, 1, 2, new byte[] {0, 16, 3, 3}));
    write("emnist-x-train-labels-idx1-ubyte", IdxBytes.labels(1, 2));
    write("emnist-x-test-images-idx3-ubyte", IdxBytes.images(1, 1, 2));
    write("emnist-x-test-labels-idx1-ubyte", IdxBytes.labels(1));

    assertThat(ImageWarnings.of(at(directory), read()))
        .containsExactly(
            "the brightest pixel is 0.06275, where 1 is full brightness: --scale 15.93750 makes it 1",
            "files of EMNIST have rows and columns of images in each other's places: --transpose puts them right",
            "1 of 2 training images have one value alone",
            "no training images of the classes [0]; --label-offset 1 is for labels that begin with 1");

    write(
        "emnist-x-train-images-idx3-ubyte", IdxBytes.images(2, 1, 2, new byte[] {-1, -2, -3, -1}));
    DataConfiguration right = with(directory, 1, true, false, 1);
    assertThat(ImageWarnings.of(right, DataSource.load(right, STORAGE)))
        .containsExactly(
            "images are bright, with a mean of 0.9971: --invert makes dark on light light on dark, as MNIST is");
    DataConfiguration scaled = with(directory, 1, true, false, 255);
    assertThat(ImageWarnings.of(scaled, DataSource.load(scaled, STORAGE)))
        .containsExactly(
            "pixels are from 253.0 to 255.0, where 1 is full brightness: --scale 1.000000 makes it 1");
    assertThat(
            ImageWarnings.of(at(directory), DataSource.load(at(Path.of("builtin:mnist")), STORAGE)))
        .isEmpty();
  }

  private void refused(String said) {
    assertThatThrownBy(this::read).isInstanceOf(DataException.class).hasMessageContaining(said);
  }
}
