package io.sparkrnn.data.images;

import io.sparkrnn.config.DataConfiguration;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.SequenceDataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;

/** What of training images can hardly be meant; the run goes on, as they may be. */
final class ImageWarnings {
  /** Pixels of bytes that are all darker than this are on another scale, such as from 0 to 16. */
  private static final double DARKEST_MAXIMUM = 0.25;

  /** Pixels that are larger than this are no fractions. */
  private static final double LARGEST = 50;

  /** Light paper has more, light ink far less. */
  private static final double BRIGHT_MEAN = 0.75;

  private static final int MOST_SHOWN = 10;

  private ImageWarnings() {}

  static List<String> of(DataConfiguration configuration, ImageData images) {
    List<String> warnings = new ArrayList<>();
    SequenceDataset training = images.training();
    InputRange range = training.inputRange();
    if (range.highest() <= DARKEST_MAXIMUM && range.highest() > 0 && range.lowest() >= 0) {
      warnings.add(
          say(
              "the brightest pixel is %.4g, where 1 is full brightness: --scale %.7g makes it 1",
              range.highest(), configuration.scale() / range.highest()));
    }
    if (range.highest() > LARGEST) {
      warnings.add(
          say(
              "pixels are from %.4g to %.4g, where 1 is full brightness: --scale %.7g makes it 1",
              range.lowest(), range.highest(), configuration.scale() / range.highest()));
    } else if (range.mean() > BRIGHT_MEAN && range.highest() <= 1) {
      warnings.add(
          say(
              "images are bright, with a mean of %.4g: %s",
              range.mean(),
              configuration.invert()
                  ? "are they light on dark without --invert?"
                  : "--invert makes dark on light light on dark, as MNIST is"));
    }
    if (!configuration.transpose() && isOfEmnist(images.fingerprints())) {
      warnings.add(
          "files of EMNIST have rows and columns of images in each other's places: --transpose puts them right");
    }
    long constant = constantImages(training);
    if (constant > 0) {
      warnings.add(say("%d of %d training images have one value alone", constant, training.size()));
    }
    classes(configuration, images).ifPresent(warnings::add);
    return List.copyOf(warnings);
  }

  private static Optional<String> classes(DataConfiguration configuration, ImageData images) {
    SequenceDataset training = images.training();
    List<String> names = images.names();
    long[] counts = new long[training.classes()];
    IntStream.of(training.labels()).forEach(label -> counts[label]++);
    List<Integer> missing =
        IntStream.range(0, counts.length).filter(c -> counts[c] == 0).boxed().toList();
    if (missing.isEmpty()) {
      return Optional.empty();
    }
    List<String> some =
        missing.stream()
            .limit(MOST_SHOWN)
            .map(c -> c < names.size() ? names.get(c) : String.valueOf(c))
            .toList();
    String shown = missing.size() > MOST_SHOWN ? some + " and more" : some + "";
    boolean fromOne =
        missing.equals(List.of(0))
            && names.isEmpty()
            && configuration.labelOffset() == 0
            && counts.length > 2;
    return Optional.of(
        "no training images of the classes %s%s"
            .formatted(shown, fromOne ? "; --label-offset 1 is for labels that begin with 1" : ""));
  }

  private static boolean isOfEmnist(List<DataFingerprint> files) {
    return files.stream()
        .anyMatch(file -> file.name().toLowerCase(Locale.ROOT).startsWith("emnist-"));
  }

  private static long constantImages(SequenceDataset training) {
    return IntStream.range(0, training.size()).filter(i -> isConstant(training, i)).count();
  }

  private static boolean isConstant(SequenceDataset images, int image) {
    float[] values = images.batch(new int[] {image}, Axes.BATCH_FIRST);
    for (float value : values) {
      if (value != values[0]) {
        return false;
      }
    }
    return true;
  }

  private static String say(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
