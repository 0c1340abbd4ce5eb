package io.sparkrnn.data.images;

import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.SequenceDataset;
import java.util.Arrays;
import java.util.List;

/**
 * Images with a class each, as files have them.
 *
 * @param format of the files, for messages
 * @param labels from 0
 * @param names of the classes, in their order; none where they are numbers
 * @param fingerprints of what they come from
 */
public record LabelledImages(
    String format,
    Pixels pixels,
    int[] labels,
    List<String> names,
    List<DataFingerprint> fingerprints) {
  public LabelledImages {
    names = List.copyOf(names);
    fingerprints = List.copyOf(fingerprints);
  }

  /** As many as there are names, or else one more than the largest label. */
  public int classes() {
    return Math.max(names.size(), Arrays.stream(labels).max().orElse(0) + 1);
  }

  /** As a network sees them. */
  public ImageSet set(PixelRules rules, int classes) {
    return new ImageSet(pixels.with(rules).dataset(labels, classes), names, fingerprints);
  }

  /** Whether a number is the label of a class. */
  public static boolean isLabel(double number, int offset, int classes) {
    int end = classes == 0 ? SequenceDataset.MAX_CLASSES : classes;
    return number == Math.rint(number) && number >= offset && number - offset < end;
  }

  /** What {@link #isLabel} takes, for messages. */
  public static String expectedLabel(int offset, int classes) {
    int end = classes == 0 ? SequenceDataset.MAX_CLASSES : classes;
    return "a label from %d to %d".formatted(offset, offset + end - 1);
  }

  /** A number without a fraction that is none, for messages. */
  static String shown(double number) {
    return number == Math.rint(number) && Math.abs(number) < Long.MAX_VALUE
        ? String.valueOf((long) number)
        : String.valueOf(number);
  }

  /** Collects images one after another. */
  public static final class Collector {
    private final Pixels.Collector pixels = new Pixels.Collector();
    private int size;

    public void add(float[] image, int rows, int columns) {
      pixels.add(image, rows, columns);
      size++;
    }

    public int size() {
      return size;
    }

    /**
     * What was collected.
     *
     * @param name and the next: for the fingerprint, which is that of the dataset
     * @param labels of all, in their order
     * @param names of the classes; none where they are numbers
     */
    public LabelledImages images(
        String format, String name, String where, int[] labels, List<String> names) {
      Pixels all = pixels.pixels();
      SequenceDataset dataset = all.dataset(labels, SequenceDataset.MAX_CLASSES);
      DataFingerprint fingerprint =
          new DataFingerprint(name, where, dataset.sha256(), all.bytesInMemory());
      return new LabelledImages(format, all, labels, names, List.of(fingerprint));
    }
  }
}
