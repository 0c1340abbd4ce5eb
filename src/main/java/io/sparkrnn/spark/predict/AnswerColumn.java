package io.sparkrnn.spark.predict;

import io.sparkrnn.kernel.Loss;
import io.sparkrnn.run.UsageException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * What a table of answers is asked to have.
 *
 * @param top of {@link Kind#TOP}, how many
 */
record AnswerColumn(Kind kind, int top) implements Serializable {
  static final String TOP = "top";
  static final String LABEL = "label";
  static final String PROBABILITY = "probability";
  static final String STATE = "state";

  private static final String TOP_PREFIX = TOP + "-";

  /** Kinds of columns. */
  enum Kind {
    /** A class by its name where classes have names, or numbers in their units. */
    PREDICTION,
    /** The number of the most probable class. */
    CLASS,
    /** Its name. */
    LABEL,
    /** Of it. */
    PROBABILITY,
    /** The most probable classes, with their probabilities. */
    TOP,
    PROBABILITIES,
    /** A column for each quantile. */
    QUANTILES,
    /** Of the top layer, in the end. */
    STATE;

    boolean ofClasses() {
      return this == CLASS
          || this == LABEL
          || this == PROBABILITY
          || this == TOP
          || this == PROBABILITIES;
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * The column of a name, such as {@code top-3}.
   *
   * @throws UsageException if there is none, or a model with this loss has none
   */
  static AnswerColumn of(String name, Loss loss) {
    AnswerColumn column = named(name.strip().toLowerCase(Locale.ROOT));
    if (column.kind().ofClasses() && !loss.ofClasses()) {
      throw new UsageException(
          "Cannot write the column %s: expected a model of classes, found the loss %s"
              .formatted(name, loss.name()));
    }
    if (column.kind() == Kind.QUANTILES && !(loss instanceof Loss.Quantile)) {
      throw new UsageException(
          "Cannot write the column quantiles: expected a model with the loss quantile, found "
              + loss.name());
    }
    return column;
  }

  private static AnswerColumn named(String name) {
    if (name.matches(TOP_PREFIX + "[1-9]\\d{0,5}")) {
      return new AnswerColumn(Kind.TOP, Integer.parseInt(name.substring(TOP_PREFIX.length())));
    }
    for (Kind kind : Kind.values()) {
      if (kind.toString().equals(name) && kind != Kind.TOP) {
        return new AnswerColumn(kind, 0);
      }
    }
    throw new UsageException(
        "Cannot write a column: expected prediction, class, label, probability, top-N, probabilities, quantiles or state in --columns, found \"%s\""
            .formatted(name));
  }

  /** The fields of one reading. */
  List<StructField> fields(Answers answers) {
    return switch (kind) {
      case PREDICTION -> List.of(field(kind.toString(), answers.predictionType()));
      case CLASS -> List.of(field(kind.toString(), DataTypes.IntegerType));
      case LABEL -> List.of(field(LABEL, DataTypes.StringType));
      case PROBABILITY -> List.of(field(PROBABILITY, DataTypes.DoubleType));
      case TOP ->
          List.of(
              field(
                  TOP,
                  array(
                      DataTypes.createStructType(
                          List.of(
                              DataTypes.createStructField(LABEL, DataTypes.StringType, false),
                              DataTypes.createStructField(
                                  PROBABILITY, DataTypes.DoubleType, false))))));
      case PROBABILITIES ->
          List.of(field(PredictionTable.PROBABILITIES, array(DataTypes.DoubleType)));
      case QUANTILES ->
          answers.quantileNames().stream().map(name -> field(name, DataTypes.DoubleType)).toList();
      case STATE -> List.of(field(STATE, array(DataTypes.FloatType)));
    };
  }

  private static StructField field(String name, DataType type) {
    return DataTypes.createStructField(name, type, true);
  }

  static DataType array(DataType element) {
    return DataTypes.createArrayType(element, false);
  }

  /** A quantile's name, such as q10 or q2_5. */
  static String quantile(double level) {
    return "q"
        + BigDecimal.valueOf(level)
            .movePointRight(2)
            .stripTrailingZeros()
            .toPlainString()
            .replace('.', '_');
  }

  /**
   * The cells of one reading.
   *
   * @param outputs as the head has them: two classes may differ in them alone
   * @param said in the words of the table: probabilities of classes, or numbers
   */
  Object[] cells(Answers answers, double[] outputs, double[] said) {
    int best = Answers.best(outputs);
    return switch (kind) {
      case PREDICTION -> new Object[] {answers.prediction(best, said)};
      case CLASS -> new Object[] {best};
      case LABEL -> new Object[] {answers.label(best)};
      case PROBABILITY -> new Object[] {said[best]};
      case TOP -> new Object[] {mostProbable(answers, outputs, said)};
      case PROBABILITIES -> new Object[] {said};
      case QUANTILES -> IntStream.range(0, said.length).mapToObj(i -> said[i]).toArray();
      case STATE -> throw new IllegalStateException("expected a column of a reading, found state");
    };
  }

  /** Of equals the first ones. */
  private Row[] mostProbable(Answers answers, double[] outputs, double[] probabilities) {
    return IntStream.range(0, probabilities.length)
        .boxed()
        .sorted((one, other) -> Double.compare(outputs[other], outputs[one]))
        .limit(top)
        .map(c -> RowFactory.create(answers.label(c), probabilities[c]))
        .toArray(Row[]::new);
  }
}
