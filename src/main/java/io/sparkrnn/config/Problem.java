package io.sparkrnn.config;

import java.io.Serializable;
import java.util.stream.Collectors;

/**
 * One thing that is wrong with a configuration.
 *
 * @param key path of the key, or the file's name where the problem is the file
 * @param origin where it was written: {@code file:line}, a flag, or empty when it was not written
 *     at all
 * @param message what was expected and what was found
 */
public record Problem(String key, String origin, String message) implements Serializable {
  private static final int MAX_CHARACTERS = 1000;

  /** Makes every part fit for a line of a terminal: no control characters, and not too long. */
  public Problem {
    key = printable(key);
    origin = printable(origin);
    message = printable(message);
  }

  private static String printable(String text) {
    String printable =
        text.codePoints()
            .limit(MAX_CHARACTERS)
            .mapToObj(
                character ->
                    isPrintable(character)
                        ? Character.toString(character)
                        : "\\u%04x".formatted(character))
            .collect(Collectors.joining());
    return text.codePointCount(0, text.length()) > MAX_CHARACTERS ? printable + "..." : printable;
  }

  /** No control character, and one that UTF-8 can write. */
  static boolean isPrintable(int character) {
    return !Character.isISOControl(character)
        && Character.getType(character) != Character.SURROGATE;
  }

  @Override
  public String toString() {
    return origin.isEmpty() ? key + ": " + message : key + " (" + origin + "): " + message;
  }
}
