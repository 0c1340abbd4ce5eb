package io.sparkrnn.model;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The tokens of texts that have an id of their own.
 *
 * @param unit what a text is cut into
 * @param tokens in the order of their ids, which begin at {@link #FIRST}; none where there is no
 *     text
 */
public record Vocabulary(Unit unit, List<String> tokens) implements Serializable {
  /** The id of what fills short sequences up; no token of a text has it. */
  public static final int PADDING = 0;

  /** The id of every token that has none of its own. */
  public static final int UNKNOWN = 1;

  /** The id of the first token. */
  public static final int FIRST = 2;

  /** Where there is no text. */
  public static final Vocabulary NONE = new Vocabulary(Unit.CHARACTERS, List.of());

  /** By code points, which is how UTF-8 orders texts; Java's own order is by UTF-16. */
  public static final Comparator<String> BY_CODE_POINTS =
      (one, other) -> Arrays.compareUnsigned(utf8(one), utf8(other));

  /** What a text is cut into. */
  public enum Unit {
    /** Code points. */
    CHARACTERS,
    /** What stands between blanks. */
    WORDS;

    /** As files have it. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The tokens of a text. */
    public List<String> cut(String text) {
      if (this == WORDS) {
        return Arrays.stream(text.split("\\s+")).filter(word -> !word.isEmpty()).toList();
      }
      return text.codePoints().mapToObj(Character::toString).toList();
    }
  }

  public Vocabulary {
    tokens = List.copyOf(tokens);
    if (new HashSet<>(tokens).size() != tokens.size() || tokens.contains("")) {
      throw new IllegalArgumentException(
          "expected each token once and none that is empty, found others");
    }
  }

  /**
   * The most frequent tokens; of those that are as frequent, the first by code points.
   *
   * @param counts how often each token occurs in the training data
   * @param leastCount what is less frequent has no id of its own
   * @param mostTokens 0 for all
   */
  public static Vocabulary of(
      Unit unit, Map<String, Long> counts, long leastCount, int mostTokens) {
    List<Map.Entry<String, Long>> entries = new ArrayList<>(counts.entrySet());
    entries.removeIf(entry -> entry.getValue() < leastCount);
    entries.sort(
        Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
            .thenComparing(Map.Entry.comparingByKey(BY_CODE_POINTS)));
    return new Vocabulary(
        unit,
        entries.stream()
            .limit(mostTokens == 0 ? Long.MAX_VALUE : mostTokens)
            .map(Map.Entry::getKey)
            .toList());
  }

  /** What all ids are below; 0 where there is no text. */
  public int size() {
    return tokens.isEmpty() ? 0 : FIRST + tokens.size();
  }

  /** The id of each token that has one of its own. */
  public Map<String, Integer> ids() {
    Map<String, Integer> ids = new HashMap<>();
    for (int i = 0; i < tokens.size(); i++) {
      ids.put(tokens.get(i), FIRST + i);
    }
    return ids;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
