package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Labels that are names of classes, which are numbered when all labels are read. */
public final class NamedLabels {
  private static final int MOST_SHOWN = 5;

  private final String where;
  private final List<String> known;
  private final int most;
  private final List<String> labels = new ArrayList<>();

  /**
   * None yet.
   *
   * @param where names in messages what is read
   * @param known the classes that there are, such as those of training; none: those of the labels
   * @param classes how many there may be; 0: any number
   */
  public NamedLabels(String where, List<String> known, int classes) {
    this.where = where;
    this.known = List.copyOf(known);
    this.most = classes > 0 ? classes : SequenceDataset.MAX_CLASSES;
  }

  /** Whether a text is the name of a class. */
  public static boolean isName(String label, List<String> known) {
    return known.isEmpty() ? !label.isBlank() : known.contains(label);
  }

  /** What {@link #isName} takes, for messages. */
  public static String expected(List<String> known) {
    return known.isEmpty() ? "the name of a class" : "a class of " + known;
  }

  /** Adds one that {@link #isName}. */
  public void add(String label) {
    labels.add(label);
  }

  /**
   * The names in the order of their numbers.
   *
   * @throws DataException if there are too many
   */
  public List<String> names() {
    List<String> names = known.isEmpty() ? List.copyOf(new TreeSet<>(labels)) : known;
    if (names.size() > most) {
      throw new DataException(
          "Cannot read %s: expected at most %d classes, found %d: %s, ..."
              .formatted(
                  where,
                  most,
                  names.size(),
                  names.stream().limit(MOST_SHOWN).collect(Collectors.joining(", "))));
    }
    return names;
  }

  /** The labels as numbers. */
  public int[] numbers() {
    List<String> names = names();
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      numbers.put(names.get(i), i);
    }
    return labels.stream().mapToInt(numbers::get).toArray();
  }
}
