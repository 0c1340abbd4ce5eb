package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.images.ImageDecoder.GrayImage;
import io.sparkrnn.data.images.ImageDecoder.Size;
import io.sparkrnn.data.images.ImageDecoder.UnusableImageException;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Sha256;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Directories of PNG and JPEG files. In one with a directory a class, classes are the numbers that
 * these are called, or else their places in the order of their names.
 */
public final class ImageFolder {
  private static final Set<String> OF_FILE_MANAGERS =
      Set.of("thumbs.db", "ehthumbs.db", "desktop.ini");

  private ImageFolder() {}

  /** Whether a file or directory is the user's: not Hadoop's, Spark's or a file manager's. */
  static boolean isUsers(FileEntry entry) {
    String name = entry.name();
    return !name.startsWith(".")
        && !name.startsWith("_")
        && !OF_FILE_MANAGERS.contains(name.toLowerCase(Locale.ROOT));
  }

  /** The user's files in a directory and in those below it, in the order of their paths. */
  public static List<URI> files(Storage storage, URI directory) {
    List<URI> files = new ArrayList<>();
    for (FileEntry entry : storage.list(directory)) {
      if (isUsers(entry)) {
        URI child = Storage.resolve(directory, entry.name());
        files.addAll(entry.directory() ? files(storage, child) : List.of(child));
      }
    }
    return files;
  }

  /** The names of classes, in their order; none where there are no directories. */
  static List<String> classes(Storage storage, URI directory) {
    List<String> names =
        new ArrayList<>(
            storage.list(directory).stream()
                .filter(entry -> entry.directory() && isUsers(entry))
                .map(FileEntry::name)
                .toList());
    if (areNumbers(names)) {
      names.sort(Comparator.comparing(Integer::valueOf));
    }
    return names;
  }

  private static boolean areNumbers(List<String> names) {
    return names.stream().allMatch(name -> name.matches("\\d{1,5}"));
  }

  /**
   * Reads a directory of classes.
   *
   * @param wanted that images have or get
   * @param known the classes that there are, such as those of training
   * @param offset and the next: see {@link ArrayFile#labels}; they count where names are numbers
   * @throws DataException if a file is no image, or of another size than those before it
   */
  static LabelledImages read(
      Storage storage, URI directory, Size wanted, List<String> known, int offset, int classes) {
    List<String> names = classes(storage, directory);
    boolean numbers = areNumbers(known);
    Pixels.Collector pixels = new Pixels.Collector();
    List<Integer> labels = new ArrayList<>();
    MessageDigest digest = Sha256.begin();
    long bytes = 0;
    Size size = wanted;
    String first = "";
    for (String name : names) {
      int label = label(directory, name, known, numbers, offset, classes);
      for (URI file : files(storage, Storage.resolve(directory, name))) {
        String where = Storage.describe(file);
        byte[] content = storage.read(file, ImageDecoder.MAX_FILE_BYTES);
        GrayImage image = decode(content, size, where, first);
        first = labels.isEmpty() ? where : first;
        size = size.isAny() ? new Size(image.rows(), image.columns()) : size;
        pixels.add(image.values(), image.rows(), image.columns());
        labels.add(label);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(label).array());
        digest.update(name.getBytes(StandardCharsets.UTF_8));
        digest.update(content);
        bytes += content.length;
      }
    }
    String where = Storage.describe(directory);
    if (labels.isEmpty()) {
      throw new DataException(
          "Cannot read the images in %s: expected a directory of PNG or JPEG files for each class, found %s"
              .formatted(where, names.isEmpty() ? "no directories" : "no files in " + names));
    }
    String sha256 = HexFormat.of().formatHex(digest.digest());
    String name = where.substring(where.lastIndexOf('/') + 1);
    return new LabelledImages(
        "image files",
        pixels.pixels(),
        labels.stream().mapToInt(Integer::intValue).toArray(),
        numbers ? List.of() : known,
        List.of(new DataFingerprint(name, where, sha256, bytes)));
  }

  private static GrayImage decode(byte[] content, Size size, String where, String first) {
    try {
      return ImageDecoder.decode(content, size);
    } catch (UnusableImageException e) {
      throw new DataException(
          "Cannot read the image %s: %s%s"
              .formatted(
                  where,
                  e.getMessage(),
                  first.isEmpty() || size.before().isAny() ? "" : ", unlike " + first),
          e);
    }
  }

  private static int label(
      URI directory, String name, List<String> known, boolean numbers, int offset, int classes) {
    int label = known.indexOf(name);
    if (numbers) {
      int number = name.matches("\\d{1,5}") ? Integer.parseInt(name) : -1;
      label = LabelledImages.isLabel(number, offset, classes) ? number - offset : -1;
    }
    if (label < 0 || classes > 0 && label >= classes) {
      throw new DataException(
          "Cannot read the images in %s: expected %s, found the directory %s"
              .formatted(
                  Storage.describe(directory),
                  numbers
                      ? LabelledImages.expectedLabel(offset, classes)
                      : label < 0
                          ? "a class of %s".formatted(known)
                          : "at most %d classes".formatted(classes),
                  name));
    }
    return label;
  }
}
