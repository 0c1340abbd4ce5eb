package io.sparkrnn.spark.predict;

import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.OutputUnits;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.spark.predict.AnswerColumn.Kind;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * What the outputs of a network say in the words of the table that it was trained on: names of
 * classes, numbers in their units.
 *
 * @param ofSteps whether an answer has a reading for each time step
 * @param asked which columns
 * @param targets names of what is predicted, where that is numbers; none: not known
 */
record Answers(
    Network network,
    Preparation preparation,
    boolean ofSteps,
    List<AnswerColumn> asked,
    List<String> targets)
    implements Serializable {
  /** With more classes a row would be little else than probabilities. */
  static final int MOST_PROBABILITIES = 1_000;

  /**
   * Answers.
   *
   * @param columns names of columns; none: those that a model like this has
   * @throws io.sparkrnn.run.UsageException if one is none
   */
  static Answers of(
      Network network,
      Preparation preparation,
      boolean ofSteps,
      List<String> columns,
      List<String> targets) {
    Loss loss = network.head().loss();
    List<AnswerColumn> asked = new ArrayList<>();
    columns.forEach(name -> asked.add(AnswerColumn.of(name, loss)));
    if (asked.isEmpty()) {
      asked.add(new AnswerColumn(Kind.PREDICTION, 0));
      if (loss.ofClasses() && !ofSteps) {
        asked.add(new AnswerColumn(Kind.PROBABILITY, 0));
        if (network.classes() <= MOST_PROBABILITIES) {
          asked.add(new AnswerColumn(Kind.PROBABILITIES, 0));
        }
      }
    }
    return new Answers(network, preparation, ofSteps, List.copyOf(asked), targets);
  }

  /** Whether a network gives a reading for each time step. */
  static boolean hasSteps(Network network) {
    return network.head().reads() == Reads.EVERY;
  }

  boolean wantStates() {
    return asked.stream().anyMatch(column -> column.kind() == Kind.STATE);
  }

  private OutputUnits units() {
    return new OutputUnits(network.head().loss(), preparation.targets());
  }

  /** The columns of an answer. */
  List<StructField> columns() {
    List<StructField> columns = new ArrayList<>();
    for (AnswerColumn column : asked) {
      for (StructField field : column.fields(this)) {
        boolean ofEach = ofSteps && column.kind() != Kind.STATE;
        columns.add(
            ofEach
                ? DataTypes.createStructField(
                    column.kind() == Kind.PREDICTION ? "predictions" : field.name(),
                    AnswerColumn.array(field.dataType()),
                    true)
                : field);
      }
    }
    return columns;
  }

  /** Lengths of columns that are arrays of one length. */
  Map<String, Integer> lengths() {
    Map<String, Integer> lengths = new HashMap<>();
    for (AnswerColumn column : asked) {
      switch (column.kind()) {
        case PROBABILITIES -> lengths.put(PredictionTable.PROBABILITIES, network.classes());
        case TOP -> lengths.put(AnswerColumn.TOP, Math.min(column.top(), network.classes()));
        default -> {}
      }
    }
    if (ofSteps) {
      lengths.clear();
    }
    if (wantStates()) {
      int top = network.layers().size() - 1;
      lengths.put(AnswerColumn.STATE, network.layers().get(top).outputs());
    }
    return lengths;
  }

  /**
   * The cells of an answer.
   *
   * @param readings outputs of each reading of a sequence
   * @param state in the end; null where it is not asked for
   */
  Object[] cells(double[][] readings, float[] state) {
    double[][] said = new double[readings.length][];
    for (int i = 0; i < said.length; i++) {
      said[i] = readings[i].clone();
      units().convert(said[i]);
    }
    int last = readings.length - 1;
    List<Object> cells = new ArrayList<>();
    for (AnswerColumn column : asked) {
      if (column.kind() == Kind.STATE) {
        cells.add(state);
      } else if (!ofSteps) {
        cells.addAll(List.of(column.cells(this, readings[last], said[last])));
      } else {
        int fields = column.fields(this).size();
        Object[][] ofFields = new Object[fields][said.length];
        for (int i = 0; i < said.length; i++) {
          Object[] ofReading = column.cells(this, readings[i], said[i]);
          for (int field = 0; field < fields; field++) {
            ofFields[field][i] = ofReading[field];
          }
        }
        cells.addAll(List.of(ofFields));
      }
    }
    return cells.toArray();
  }

  /** The most probable class, the first of equals. */
  static int best(double[] outputs) {
    int best = 0;
    for (int c = 1; c < outputs.length; c++) {
      best = outputs[c] > outputs[best] ? c : best;
    }
    return best;
  }

  DataType predictionType() {
    if (network.head().loss().ofClasses()) {
      return names().isEmpty() ? DataTypes.IntegerType : DataTypes.StringType;
    }
    return network.classes() == 1 ? DataTypes.DoubleType : AnswerColumn.array(DataTypes.DoubleType);
  }

  private List<String> names() {
    return preparation.classes();
  }

  String label(int c) {
    return names().isEmpty() ? String.valueOf(c) : names().get(c);
  }

  Object prediction(int best, double[] said) {
    if (network.head().loss().ofClasses()) {
      return names().isEmpty() ? (Object) best : label(best);
    }
    return said.length == 1 ? (Object) said[0] : said;
  }

  /** Of all targets, those of the first one first. */
  List<String> quantileNames() {
    List<Double> levels = ((Loss.Quantile) network.head().loss()).levels();
    int count = network.classes() / levels.size();
    List<String> names = new ArrayList<>();
    for (int target = 0; target < count; target++) {
      String of = target < targets.size() ? targets.get(target) : "target" + target;
      for (double level : levels) {
        names.add((count == 1 ? "" : of + "_") + AnswerColumn.quantile(level));
      }
    }
    return names;
  }
}
