package io.sparkrnn.model;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the classes of images are called, such as the directories that they lie in, as a line of a
 * model's provenance; of tables a {@link Preparation} says it.
 */
public final class ImageClasses {
  private static final String KEY = "images.classes";
  private static final String BETWEEN = ", ";

  private ImageClasses() {}

  /** Lines of a provenance; none where classes are numbers. */
  public static Map<String, String> lines(List<String> names) {
    return names.isEmpty()
        ? Map.of()
        : Map.of(
            KEY, names.stream().map(ImageClasses::escape).collect(Collectors.joining(BETWEEN)));
  }

  /** What {@link #lines} says; none for a model that does not say it, such as an older one. */
  public static List<String> read(Map<String, String> provenance) {
    return provenance.containsKey(KEY)
        ? Stream.of(provenance.get(KEY).split(BETWEEN, -1)).map(PreparationText::unescape).toList()
        : List.of();
  }

  /** So that it is one line, also for those that count Unicode's separators as ends of lines. */
  private static String escape(String name) {
    return PreparationText.escape(name)
        .replace(",", "\\u002c")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }
}
