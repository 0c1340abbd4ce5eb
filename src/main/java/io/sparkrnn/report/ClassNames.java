package io.sparkrnn.report;

import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.RunData;
import io.sparkrnn.model.Preparation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What classes are called.
 *
 * @param names in the order of the classes; none, or too few, where they are whole numbers
 */
public record ClassNames(List<String> names) {
  public ClassNames {
    names = List.copyOf(names);
  }

  /** Those of a table's training data; of a language model, the tokens. */
  public static ClassNames of(TaskName task, Optional<Preparation> preparation) {
    if (preparation.isEmpty()) {
      return new ClassNames(List.of());
    }
    if (task != TaskName.LANGUAGE_MODEL) {
      return new ClassNames(preparation.get().classes());
    }
    Tokens tokens = new Tokens(preparation.get().vocabulary());
    List<String> names = new ArrayList<>();
    for (int id = 0; id < preparation.get().vocabulary().size(); id++) {
      names.add(tokens.visible(id));
    }
    return new ClassNames(names);
  }

  /** Those of a run's training data. */
  public static ClassNames of(TaskName task, RunData data) {
    return data.preparation().isPresent()
        ? of(task, data.preparation())
        : new ClassNames(data.classNames());
  }

  /** A class's name, or its number. */
  String of(int label) {
    return label < names.size() ? names.get(label) : String.valueOf(label);
  }
}
