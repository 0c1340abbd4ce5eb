package io.sparkrnn.model;

import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was fitted on the training data of a table. It travels with a model: what the model is given
 * later is prepared in the same way.
 *
 * @param features names of the dense channels
 * @param channels brings dense channels to mean 0 and deviation 1
 * @param series likewise, where each series has its own, by name; then {@code channels} has none
 * @param classes names of classes in their order; none where labels are whole numbers
 * @param targets what becomes of targets
 */
public record Preparation(
    List<String> features,
    ChannelScale channels,
    Map<String, ChannelScale> series,
    Vocabulary vocabulary,
    List<String> classes,
    TargetScale targets)
    implements Serializable {
  public Preparation {
    features = List.copyOf(features);
    Map<String, ChannelScale> sorted = new TreeMap<>(Vocabulary.BY_CODE_POINTS);
    sorted.putAll(series);
    // A sorted map would travel with its order.
    series = Collections.unmodifiableMap(new LinkedHashMap<>(sorted));
    classes = List.copyOf(classes);
    requireScale(channels, features);
    for (ChannelScale scale : series.values()) {
      requireScale(scale, features);
    }
  }

  private static void requireScale(ChannelScale scale, List<String> features) {
    if (!scale.isNone() && scale.means().size() != features.size()) {
      throw new IllegalArgumentException(
          "expected a mean for each of %d features, found %d"
              .formatted(features.size(), scale.means().size()));
    }
  }

  /** As lines of text, for files; {@link #decode} reads it. */
  public String encode() {
    return PreparationText.encode(this);
  }

  /**
   * The preparation of an encoded text.
   *
   * @throws IllegalArgumentException if it is none; the message says what was found
   */
  public static Preparation decode(String text) {
    return PreparationText.decode(text);
  }
}
