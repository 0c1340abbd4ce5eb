package io.sparkrnn.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Finds the key that somebody who wrote an unknown one probably meant. */
final class Suggestion {
  /** Nobody mistypes a key into more than these, and the time grows with the length. */
  private static final int MAX_CHARACTERS = 100;

  private Suggestion() {}

  static Optional<String> nearest(String unknown, List<String> known) {
    if (unknown.length() > MAX_CHARACTERS) {
      return Optional.empty();
    }
    String nearest = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance =
          Math.min(
              distance(plain(unknown), plain(candidate)),
              // The right name in a wrong section, or without one.
              1 + distance(plain(lastName(unknown)), plain(lastName(candidate))));
      if (distance < least) {
        least = distance;
        nearest = candidate;
      }
    }
    return least <= Math.max(2, lastName(unknown).length() / 3)
        ? Optional.of(nearest)
        : Optional.empty();
  }

  /** So that {@code learningRate} and {@code learning_rate} are no further away than a section. */
  private static String plain(String path) {
    return path.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
  }

  private static String lastName(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  private static int distance(String a, String b) {
    return LevenshteinDistance.getDefaultInstance().apply(a, b);
  }
}
