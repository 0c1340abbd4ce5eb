package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;

/** NumPy's {@code .npz}, a zip of arrays, by the names that data sets of images have in it. */
final class NpzFile {
  private static final String ENDING = ".npy";

  private final String where;
  private final List<String> names = new ArrayList<>();
  private Optional<ArrayFile> images = Optional.empty();
  private Optional<ArrayFile> labels = Optional.empty();

  /** Whose end is not that of the zip. */
  private static final class Entry extends FilterInputStream {
    Entry(ZipInputStream zip) {
      super(zip);
    }

    @Override
    public void close() {
      // The zip goes on.
    }
  }

  private NpzFile(String where) {
    this.where = where;
  }

  /** Images and labels, in this order. */
  record Arrays(ArrayFile images, ArrayFile labels) {}

  /**
   * Reads the arrays of training or of test and closes the stream.
   *
   * @throws DataException if there are none, or one has a defect
   */
  static Arrays read(InputStream in, String where, PartName part) throws IOException {
    NpzFile file = new NpzFile(where);
    try (ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        file.take(entry.getName(), zip, part);
      }
    } catch (ZipException e) {
      throw new DataException(
          "Cannot read %s: expected a whole .npz, found: %s".formatted(where, e.getMessage()), e);
    }
    return new Arrays(file.found(file.images, part, true), file.found(file.labels, part, false));
  }

  private void take(String entry, ZipInputStream zip, PartName part) throws IOException {
    String name =
        entry.endsWith(ENDING) ? entry.substring(0, entry.length() - ENDING.length()) : entry;
    names.add(name);
    if (images.isEmpty() && part.isImages(name)) {
      images = Optional.of(ArrayReader.read(IdxKind.IMAGES, new Entry(zip), where + "/" + entry));
    } else if (labels.isEmpty() && part.isLabels(name)) {
      labels = Optional.of(ArrayReader.read(IdxKind.LABELS, new Entry(zip), where + "/" + entry));
    }
  }

  private ArrayFile found(Optional<ArrayFile> array, PartName part, boolean ofImages) {
    return array.orElseThrow(
        () ->
            new DataException(
                "Cannot read %s: expected an array %s, found %s"
                    .formatted(
                        where,
                        ofImages ? part.imagesExample() : part.labelsExample(),
                        names.isEmpty() ? "none" : names)));
  }
}
