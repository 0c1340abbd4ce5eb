package io.sparkrnn.spark.data;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.model.Vocabulary;
import java.io.Serializable;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The classes of the training data.
 *
 * @param names in their order; none where labels are whole numbers
 * @param count labels are below it; 0 where there are targets
 */
record ClassNames(List<String> names, int count) implements Serializable {
  static final ClassNames NONE = new ClassNames(List.of(), 0);

  /**
   * Those of the steps of windows.
   *
   * @param given how many there are; 0 for as many as these have
   * @throws DataException if there are more than given
   */
  static ClassNames of(Origin source, List<Window> training, int given) {
    Collector collector = new Collector();
    training.forEach(collector::add);
    return collector.classes(source, given);
  }

  /** Collects classes, perhaps in several places. */
  static final class Collector implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Set<String> distinct = new HashSet<>();
    private int found;

    void add(Window window) {
      RawSequence sequence = window.sequence();
      if (sequence.labelCount() == 0) {
        return;
      }
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

    void add(Collector other) {
      distinct.addAll(other.distinct);
      found = Math.max(found, other.found);
    }

    /** As {@link ClassNames#of} says. */
    ClassNames classes(Origin source, int given) {
      List<String> names = distinct.stream().sorted(Vocabulary.BY_CODE_POINTS).toList();
      int count = Math.max(found, names.size());
      if (given > 0 && count > given || count > SequenceDataset.MAX_CLASSES) {
        throw source.refusal(
            "labels of at most %d classes"
                .formatted(given > 0 ? given : SequenceDataset.MAX_CLASSES),
            "%d%s"
                .formatted(
                    count, names.isEmpty() ? " as the largest label says" : ": " + some(names)));
      }
      return new ClassNames(names, given > 0 ? given : count);
    }
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
