package io.sparkrnn.config;

import java.io.Serializable;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The images to train and test on: where they are, and what is done with labels and pixels. */
public record DataConfiguration(
    @Setting(
            value =
                "Images to train and test on: builtin:mnist, or a directory (a path or any URI that Hadoop can read) with IDX files, folders of classes, NumPy arrays, CSV or Parquet, or an .npz file.",
            flag = "--data",
            label = "URI",
            required = true,
            free = true)
        String uri,
    @Setting(
            value =
                "Training images where they lie apart, a path or URI: an IDX file or another array, or images with their labels; those of training and test go together and take the place of data.uri.",
            label = "URI",
            free = true)
        String trainImages,
    @Setting(
            value =
                "File of the training labels; empty where they are with the images, as in folders of classes, CSV and Parquet.",
            label = "URI",
            free = true)
        String trainLabels,
    @Setting(value = "Test images, likewise.", label = "URI", free = true) String testImages,
    @Setting(value = "File of the test labels, likewise.", label = "URI", free = true)
        String testLabels,
    @Setting(
            value =
                "Number of classes; 0: of images as many as there are labels, of tables as many as the training data have.",
            min = 0,
            max = MOST_CLASSES)
        int classes,
    @Setting(
            value =
                "Label of the first class in files of images, such as 1 for the letters of EMNIST.",
            min = 0)
        int labelOffset,
    @Setting(
            value =
                "Rows and columns that images of any size are resized to, such as 28,28; empty: they must be of one size.",
            min = 1,
            max = MOST_ROWS)
        List<Integer> resize,
    @Setting("Whether rows and columns of images change places, as EMNIST's files need.")
        boolean transpose,
    @Setting("Whether images are inverted, for dark on light in place of light on dark.")
        boolean invert,
    @Setting(
            value =
                "Factor of the pixels, which unsigned bytes have from 0 to 1: 255 for bytes of 0 and 1, 0.00392156862745098 for other numbers up to 255.",
            label = "FACTOR",
            above = 0)
        double scale,
    @Setting(value = "Training samples held out for validation, drawn by the seed.", min = 0)
        int validation)
    implements Serializable {
  private static final int MOST_CLASSES = 32_767;
  private static final int MOST_ROWS = 4_096;

  public DataConfiguration {
    resize = List.copyOf(resize);
  }

  /** Whether the files are named one by one. */
  public boolean hasExplicitFiles() {
    return !(trainImages.isEmpty()
        && trainLabels.isEmpty()
        && testImages.isEmpty()
        && testLabels.isEmpty());
  }

  /** The same with so many classes, whatever the labels are. */
  public DataConfiguration withClasses(int number) {
    return with(number, UnaryOperator.identity());
  }

  /** The same with other names of its locations. */
  public DataConfiguration at(UnaryOperator<String> location) {
    return with(classes, location);
  }

  private DataConfiguration with(int number, UnaryOperator<String> location) {
    return new DataConfiguration(
        location.apply(uri),
        location.apply(trainImages),
        location.apply(trainLabels),
        location.apply(testImages),
        location.apply(testLabels),
        number,
        labelOffset,
        resize,
        transpose,
        invert,
        scale,
        validation);
  }

  /** What is read, in one line: the source, or the four files' directory, or else the files. */
  public String described() {
    if (!hasExplicitFiles()) {
      return uri;
    }
    List<String> files =
        Stream.of(trainImages, trainLabels, testImages, testLabels)
            .filter(file -> !file.isEmpty())
            .toList();
    List<String> directories =
        files.stream()
            .map(file -> file.substring(0, file.lastIndexOf('/') + 1))
            .distinct()
            .toList();
    return directories.size() == 1 && !directories.contains("")
        ? directories.get(0)
        : String.join(", ", files);
  }
}
