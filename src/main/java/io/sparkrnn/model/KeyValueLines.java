package io.sparkrnn.model;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lines of {@code key=value} in files, read strictly: what is not understood may mean something.
 */
public final class KeyValueLines {
  private KeyValueLines() {}

  /**
   * The values by their keys, in the order of the lines.
   *
   * @throws IllegalArgumentException for a line without {@code =} and for a key that comes twice
   */
  public static Map<String, String> parse(String text) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : text.lines().toList()) {
      String[] pair = line.split("=", 2);
      if (pair.length < 2 || values.put(pair[0], pair[1]) != null) {
        throw new IllegalArgumentException(
            "expected lines key=value with each key once, found \"%s\"%s"
                .formatted(line, pair.length < 2 ? "" : " beside another " + pair[0]));
      }
    }
    return values;
  }
}
