package io.sparkrnn.data.images;

import java.net.URI;
import java.util.List;
import java.util.Locale;

/**
 * Where images and their labels are.
 *
 * @param files of an array, images and labels; of a folder, the folder and that whose classes count
 * @param part of an {@code .npz}, which has several
 */
record ImagePlace(Kind kind, List<URI> files, PartName part) {
  /** How they are written. */
  enum Kind {
    /** IDX or NumPy, in two files. */
    ARRAYS,
    NPZ,
    /** A directory for each class. */
    FOLDER,
    CSV,
    /** What Spark reads. */
    TABLES
  }

  private static final List<String> TABLES = List.of(".parquet", ".orc");

  static ImagePlace arrays(URI images, URI labels) {
    return new ImagePlace(Kind.ARRAYS, List.of(images, labels), null);
  }

  static ImagePlace npz(URI file, PartName part) {
    return new ImagePlace(Kind.NPZ, List.of(file), part);
  }

  static ImagePlace folder(URI folder, URI ofNames) {
    return new ImagePlace(Kind.FOLDER, List.of(folder, ofNames), null);
  }

  static ImagePlace csv(URI file) {
    return new ImagePlace(Kind.CSV, List.of(file), null);
  }

  static ImagePlace tables(List<URI> files) {
    return new ImagePlace(Kind.TABLES, files, null);
  }

  /** Whether Spark reads a file of this name. */
  static boolean isTable(String name) {
    return TABLES.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
  }
}
