package io.sparkrnn.report;

import io.sparkrnn.model.Vocabulary;
import java.util.stream.Collectors;

/**
 * Ids as text that people can read.
 *
 * @param vocabulary if it has no tokens, ids are said as numbers
 */
record Tokens(Vocabulary vocabulary) {
  private static final String UNKNOWN = "\uFFFD";
  private static final String PADDING = "\u2205";

  /** One token, by itself: blanks have signs. */
  String visible(int id) {
    return token(id)
        .codePoints()
        .mapToObj(
            point ->
                switch (point) {
                  case ' ' -> "\u2423";
                  case '\n' -> "\u21B5";
                  case '\t' -> "\u21E5";
                  default ->
                      Character.isISOControl(point)
                          ? "U+%04X".formatted(point)
                          : Character.toString(point);
                })
        .collect(Collectors.joining());
  }

  /** One token, as texts have it. */
  String token(int id) {
    if (vocabulary.tokens().isEmpty()) {
      return String.valueOf(id);
    }
    int place = id - Vocabulary.FIRST;
    if (place >= 0 && place < vocabulary.tokens().size()) {
      return vocabulary.tokens().get(place);
    }
    return id == Vocabulary.PADDING ? PADDING : UNKNOWN;
  }

  /** What stands between two tokens of a text. */
  String between() {
    boolean areCharacters =
        vocabulary.unit() == Vocabulary.Unit.CHARACTERS && !vocabulary.tokens().isEmpty();
    return areCharacters ? "" : " ";
  }
}
