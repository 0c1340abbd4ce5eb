package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.model.Vocabulary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The classes of the training data.
 *
 * @param names in their order; none where labels are whole numbers
 * @param count labels are below it; 0 where there are targets
 */
record ClassNames(List<String> names, int count) {
  static final ClassNames NONE = new ClassNames(List.of(), 0);

  /**
   * Those of the steps of windows.
   *
   * @param given how many there are; 0 for as many as these have
   * @throws DataException if there are more than given
   */
  static ClassNames of(TableSource source, List<Window> training, int given) {
    Set<String> distinct = new TreeSet<>(Vocabulary.BY_CODE_POINTS);
    int found = 0;
    for (Window window : training) {
      RawSequence sequence = window.sequence();
      boolean ofSteps = sequence.labelCount() > 1;
      int first = ofSteps ? window.start() : 0;
      for (int i = first; i < first + (ofSteps ? window.steps() : 1); i++) {
        if (sequence.names().length > 0) {
          distinct.add(sequence.names()[i]);
        } else {
          found = Math.max(found, sequence.labels()[i] + 1);
        }
      }
    }
    List<String> names = List.copyOf(distinct);
    found = Math.max(found, names.size());
    if (given > 0 && found > given || found > SequenceDataset.MAX_CLASSES) {
      throw source.refusal(
          "labels of at most %d classes".formatted(given > 0 ? given : SequenceDataset.MAX_CLASSES),
          "%d%s"
              .formatted(
                  found, names.isEmpty() ? " as the largest label says" : ": " + some(names)));
    }
    return new ClassNames(names, given > 0 ? given : found);
  }

  private static String some(List<String> names) {
    return names.stream().limit(5).collect(Collectors.joining(", ", "", ", ..."));
  }

  /** The numbers of names. */
  Map<String, Integer> numbers() {
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      numbers.put(names.get(i), i);
    }
    return numbers;
  }
}
