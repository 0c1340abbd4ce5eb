package io.sparkrnn.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FormatException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.BitSet;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads pretrained vectors of words as text, a word and its numbers in a row, between blanks: as
 * GloVe writes them, or as word2vec, whose first row says how many rows and numbers there are. A
 * row at a time, so that a table may be larger than memory. Of rows of the same word the first
 * counts.
 */
public final class EmbeddingTable {
  private static final Pattern HEADER = Pattern.compile("(\\d{1,9}) (\\d{1,9})");

  private static final int MOST_SHOWN = 60;

  private final String where;
  private final int width;
  private final Map<String, Integer> ids;
  private final float[] parameters;
  private final int offset;
  private final BitSet found = new BitSet();
  private int row;

  private EmbeddingTable(
      String where, int width, Map<String, Integer> ids, float[] parameters, int offset) {
    this.where = where;
    this.width = width;
    this.ids = ids;
    this.parameters = parameters;
    this.offset = offset;
  }

  /**
   * Puts the vectors of words in the place of others.
   *
   * @param where names the table in messages
   * @param width numbers of a word
   * @param ids the words that are wanted
   * @param parameters written: the vector of id {@code i} is at {@code offset + i * width}
   * @return how many words have a vector in the table
   * @throws FormatException if it is none, or one of vectors of another width
   */
  public static int read(
      InputStream in,
      String where,
      int width,
      Map<String, Integer> ids,
      float[] parameters,
      int offset)
      throws IOException {
    EmbeddingTable table = new EmbeddingTable(where, width, ids, parameters, offset);
    table.rows(new BufferedReader(new InputStreamReader(in, UTF_8)));
    return table.found.cardinality();
  }

  private void rows(BufferedReader reader) throws IOException {
    String line = reader.readLine();
    row = 1;
    // Of vectors of one number it would be a row.
    Matcher header = HEADER.matcher(line == null || width == 1 ? "" : line.stripTrailing());
    if (header.matches()) {
      if (Integer.parseInt(header.group(2)) != width) {
        throw refused("%d numbers of each word".formatted(width), line);
      }
      line = reader.readLine();
      row++;
    }
    int first = row;
    for (; line != null; line = reader.readLine()) {
      take(line.stripTrailing());
      row++;
    }
    int expected = header.matches() ? Integer.parseInt(header.group(1)) : row - first;
    if (row - first != expected || row == first) {
      throw new CorruptFileException(
          "Cannot read %s: expected %s rows of a word and %d numbers, found %d"
              .formatted(where, header.matches() ? expected : "some", width, row - first));
    }
  }

  private void take(String line) {
    int end = line.length();
    for (int i = 0; i < width && end > 0; i++) {
      end = line.lastIndexOf(' ', end - 1);
    }
    String word = line.substring(0, Math.max(0, end));
    // GloVe has words with blanks in them, which do not end with a number.
    int blank = word.lastIndexOf(' ');
    if (word.isEmpty() || blank >= 0 && isNumber(word.substring(blank + 1))) {
      throw refused("a word and %d numbers".formatted(width), line);
    }
    Integer id = ids.get(word);
    if (id == null || found.get(id)) {
      return;
    }
    found.set(id);
    String[] numbers = line.substring(end + 1).split(" ", -1);
    for (int i = 0; i < width; i++) {
      parameters[offset + id * width + i] = number(numbers[i], line);
    }
  }

  private static boolean isNumber(String text) {
    try {
      Float.parseFloat(text);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private float number(String text, String line) {
    if (isNumber(text) && Float.isFinite(Float.parseFloat(text))) {
      return Float.parseFloat(text);
    }
    throw refused("a word and %d finite numbers".formatted(width), line);
  }

  private CorruptFileException refused(String expected, String line) {
    String begin = line.substring(0, Math.min(line.length(), MOST_SHOWN));
    return new CorruptFileException(
        "Cannot read %s: expected %s, found %d fields in row %d, \"%s\""
            .formatted(
                where,
                expected,
                line.stripTrailing().split(" ", -1).length,
                row,
                SafetensorsDecoder.oneLine(begin)));
  }
}
