package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.storage.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Square images as lines of CSV, as Kaggle has them: {@code label,pixel0,...,pixel783}, with or
 * without a header; without one, the label comes first. Below a header, labels may be names. Whole
 * numbers are pixels from 0 to 255; where there are fractions, all pixels are as they are.
 */
final class CsvImages {
  private static final List<String> LABELS = List.of("label", "class", "target", "y", "digit");
  private static final float BRIGHTEST = 255f;

  private final String where;
  private final List<String> known;
  private final int offset;
  private final int classes;
  private String[] header;
  private int label;
  private int side;
  private int[] labels = new int[1024];

  /** Null where labels are numbers. */
  private NamedLabels names;

  private float[] values = {};
  private int rows;
  private boolean fractions;

  private CsvImages(String where, List<String> known, int offset, int classes) {
    this.where = where;
    this.known = known;
    this.offset = offset;
    this.classes = classes;
  }

  /**
   * Reads a file, gzipped or not, and closes the stream.
   *
   * @param name of the file
   * @param known names of the classes that there are, such as those of training; none: as labels
   *     are
   * @param offset and the next: see {@link ArrayFile#labels}
   * @throws DataException with row and column, if a cell is not what it must be
   */
  static LabelledImages read(
      InputStream in, String name, String where, List<String> known, int offset, int classes)
      throws IOException {
    CsvImages csv = new CsvImages(where, known, offset, classes);
    MessageDigest digest = Sha256.begin();
    long[] bytes = {0};
    try (InputStream file = new BufferedInputStream(in)) {
      InputStream content =
          IdxReader.isGzip(file) ? new GzipContent(file, IdxKind.IMAGES, where) : file;
      InputStream counted =
          new DigestInputStream(content, digest) {
            @Override
            public int read(byte[] target, int at, int length) throws IOException {
              int count = super.read(target, at, length);
              bytes[0] += Math.max(0, count);
              return count;
            }
          };
      csv.read(new BufferedReader(new InputStreamReader(counted, StandardCharsets.UTF_8)));
    }
    boolean named = csv.names != null;
    List<String> names = named ? csv.names.names() : List.of();
    // The same file has other numbers beside other classes.
    names.forEach(each -> digest.update((each + "\n").getBytes(StandardCharsets.UTF_8)));
    DataFingerprint fingerprint =
        new DataFingerprint(name, where, HexFormat.of().formatHex(digest.digest()), bytes[0]);
    int[] labels = named ? csv.names.numbers() : Arrays.copyOf(csv.labels, csv.rows);
    return new LabelledImages("CSV", csv.pixels(), labels, names, List.of(fingerprint));
  }

  private void read(BufferedReader lines) throws IOException {
    String line = lines.readLine();
    if (line == null) {
      throw refusal("lines of a label and pixels", "an empty file");
    }
    String[] cells = cells(line.replaceFirst("^\uFEFF", ""));
    boolean named = number(cells[0]).isEmpty();
    header = named ? cells : null;
    label = named ? labelColumn(cells) : 0;
    side = (int) Math.round(Math.sqrt(cells.length - 1.0));
    if (side == 0 || side * side != cells.length - 1) {
      throw refusal(
          "a label and the pixels of a square image, such as 1 + 784",
          cells.length + " columns in row 1");
    }
    if (!named) {
      take(cells);
    }
    for (line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.isEmpty()) {
        take(cells(line));
      }
    }
    if (rows == 0) {
      throw refusal("at least one image", "none");
    }
  }

  private static String[] cells(String line) {
    return line.split(",", -1);
  }

  private int labelColumn(String[] names) {
    for (int i = 0; i < names.length; i++) {
      if (LABELS.contains(unquoted(names[i]).toLowerCase(Locale.ROOT))) {
        return i;
      }
    }
    throw refusal(
        "a column label among the header's",
        "%s, %s, ...".formatted(names[0], names[names.length - 1]));
  }

  private static String unquoted(String cell) {
    String text = cell.strip();
    return text.length() > 1 && text.startsWith("\"") && text.endsWith("\"")
        ? text.substring(1, text.length() - 1)
        : text;
  }

  private static Optional<Double> number(String cell) {
    String text = unquoted(cell);
    if (!text.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?")) {
      return Optional.empty();
    }
    return Optional.of(Double.parseDouble(text));
  }

  private void take(String[] cells) {
    int columns = side * side + 1;
    if (cells.length != columns) {
      throw refusal(columns + " columns", "%d in row %d".formatted(cells.length, row()));
    }
    if (rows == labels.length) {
      labels = Arrays.copyOf(labels, 2 * rows);
    }
    int end = Math.multiplyExact(rows + 1, side * side);
    if (end > values.length) {
      values = Arrays.copyOf(values, (int) Math.min(IdxReader.MAX_VALUES, Math.max(end, 2L * end)));
    }
    int to = rows * side * side;
    for (int i = 0; i < cells.length; i++) {
      if (i == label) {
        takeLabel(cells);
      } else {
        values[to++] = pixel(cells, i);
      }
    }
    rows++;
  }

  private void takeLabel(String[] cells) {
    String text = unquoted(cells[label]);
    if (rows == 0 && header != null) {
      boolean ofNames = known.contains(text) || !text.isBlank() && number(text).isEmpty();
      names = ofNames ? new NamedLabels(where, known, classes) : null;
    }
    if (names != null) {
      if (!NamedLabels.isName(text, known)) {
        throw cell(NamedLabels.expected(known), cells, label);
      }
      names.add(text);
      return;
    }
    double found = parsed(cells, label);
    if (!LabelledImages.isLabel(found, offset, classes)) {
      throw cell(LabelledImages.expectedLabel(offset, classes), cells, label);
    }
    labels[rows] = (int) found - offset;
  }

  /** Almost all are a few digits. */
  private float pixel(String[] cells, int column) {
    String cell = cells[column];
    int value = 0;
    for (int i = 0; i < cell.length() && cell.length() <= 5; i++) {
      int digit = cell.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        value = -1;
        break;
      }
      value = 10 * value + digit;
    }
    if (!cell.isEmpty() && cell.length() <= 5 && value >= 0) {
      return value;
    }
    float parsed = (float) parsed(cells, column);
    if (!Float.isFinite(parsed)) {
      throw cell("a number in the range of a float", cells, column);
    }
    fractions |= !cell.strip().matches("[-+]?\\d+");
    return parsed;
  }

  private double parsed(String[] cells, int column) {
    return number(cells[column]).orElseThrow(() -> cell("a number", cells, column));
  }

  private long row() {
    return rows + (header == null ? 1L : 2L);
  }

  private DataException cell(String expected, String[] cells, int column) {
    return refusal(
        expected,
        "\"%s\" in row %d, column %s"
            .formatted(
                cells[column],
                row(),
                header == null ? String.valueOf(column + 1) : unquoted(header[column])));
  }

  private DataException refusal(String expected, String found) {
    return new DataException(
        "Cannot read %s: expected %s, found %s".formatted(where, expected, found));
  }

  private Pixels pixels() {
    int length = rows * side * side;
    boolean bytes = !fractions;
    for (int i = 0; i < length && bytes; i++) {
      bytes = values[i] >= 0 && values[i] <= BRIGHTEST;
    }
    if (bytes) {
      byte[] pixels = new byte[length];
      for (int i = 0; i < length; i++) {
        pixels[i] = (byte) (int) values[i];
      }
      return Pixels.ofBytes(side, side, pixels);
    }
    float[] pixels = Arrays.copyOf(values, length);
    for (int i = 0; i < length && !fractions; i++) {
      pixels[i] /= BRIGHTEST;
    }
    return Pixels.ofFloats(side, side, pixels);
  }
}
