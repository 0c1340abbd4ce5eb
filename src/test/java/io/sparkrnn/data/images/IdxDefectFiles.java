package io.sparkrnn.data.images;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;

/**
 * Writes the bad files of {@code src/test/resources/io/sparkrnn/data/images/idx}, one per defect,
 * into the directory given as argument. The good ones that they differ from: three images of 2 x 5
 * pixels, 46 bytes long, and their three labels, 11 bytes long. The files are committed; this
 * program documents them.
 */
final class IdxDefectFiles {
  private static final byte[] IMAGES = IdxBytes.images(3, 2, 5);
  private static final byte[] LABELS = IdxBytes.labels(7, 0, 9);

  private IdxDefectFiles() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Files.createDirectories(Path.of(arguments[0]));
    for (Map.Entry<String, byte[]> file : files().entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
  }

  private static Map<String, byte[]> files() {
    Map<String, byte[]> files = new TreeMap<>();
    files.put("good-images.bin", IMAGES);
    files.put("good-images.gz", IdxBytes.gzip(IMAGES));
    files.put("good-labels.bin", LABELS);
    files.put("good-labels.gz", IdxBytes.gzip(LABELS));

    files.put("empty.bin", new byte[0]);
    files.put("truncated-magic.bin", IdxBytes.first(3, IMAGES));
    files.put("truncated-header.bin", IdxBytes.first(10, IMAGES));
    files.put("truncated-data.bin", IdxBytes.first(40, IMAGES));
    files.put("trailing-bytes.bin", IdxBytes.concat(IMAGES, new byte[2]));
    files.put("wrong-magic.bin", IdxBytes.concat(IdxBytes.ints(0x89504E47), new byte[42]));
    files.put("wrong-type.bin", IdxBytes.with(IMAGES, 2, 0x0D));
    files.put("wrong-rank.bin", LABELS);
    files.put("zero-dimension.bin", IdxBytes.images(3, 0, 5));
    files.put("negative-dimension.bin", IdxBytes.images(3, 2, -5, new byte[0]));
    files.put("overflowing-dimensions.bin", IdxBytes.images(65_536, 65_536, 65_536, new byte[0]));

    files.put("labels-wrong-rank.bin", IMAGES);
    files.put("labels-zero-dimension.bin", IdxBytes.labels());
    files.put("labels-truncated-data.bin", IdxBytes.first(10, LABELS));
    files.put("labels-trailing-bytes.bin", IdxBytes.concat(LABELS, new byte[1]));
    files.put("labels-out-of-range.bin", IdxBytes.labels(7, 10, 9));
    files.put("labels-too-few.bin", IdxBytes.labels(7, 0));
    files.put("labels-too-many.bin", IdxBytes.labels(7, 0, 9, 1));

    byte[] gzip = IdxBytes.gzip(IMAGES);
    files.put("empty-content.gz", IdxBytes.gzip(new byte[0]));
    files.put("truncated-content.gz", IdxBytes.gzip(IdxBytes.first(40, IMAGES)));
    files.put("truncated-header.gz", IdxBytes.first(7, gzip));
    files.put("truncated-data.gz", IdxBytes.first(50, gzip));
    files.put("truncated-trailer.gz", IdxBytes.first(gzip.length - 5, gzip));
    files.put("corrupt-method.gz", IdxBytes.with(gzip, 2, 7));
    files.put("corrupt-flags.gz", IdxBytes.with(gzip, 3, 0x80));
    files.put("corrupt-block.gz", IdxBytes.with(gzip, 10, 0x07));
    files.put("corrupt-value.gz", IdxBytes.with(gzip, 40, 0xFF));
    files.put("corrupt-length.gz", IdxBytes.with(gzip, gzip.length - 4, 45));
    files.put("trailing-bytes.gz", IdxBytes.concat(gzip, new byte[] {'t', 'a', 'i', 'l'}));
    files.put("bomb.gz", compressed(IdxBytes.concat(IMAGES, new byte[4 << 20])));
    // Dimensions of almost 2 GiB, of which 30 bytes are there.
    files.put("promising.gz", IdxBytes.gzip(IdxBytes.images(1, 46_340, 46_340, new byte[30])));
    return files;
  }

  private static byte[] compressed(byte[] content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
      gzip.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
