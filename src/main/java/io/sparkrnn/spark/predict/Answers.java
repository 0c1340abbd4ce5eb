package io.sparkrnn.spark.predict;

import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.OutputUnits;
import io.sparkrnn.model.Preparation;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;

/**
 * What the outputs of a network say in the words of the table that it was trained on: names of
 * classes, numbers in their units.
 */
record Answers(Network network, Preparation preparation) implements Serializable {
  /** With more classes a row would be little else than probabilities. */
  static final int MOST_PROBABILITIES = 1_000;

  private boolean ofSteps() {
    return network.head().reads() == Reads.EVERY;
  }

  private boolean ofClasses() {
    return network.head().loss().ofClasses();
  }

  private boolean hasProbabilities() {
    return network.classes() <= MOST_PROBABILITIES;
  }

  /** The columns of an answer. */
  List<StructField> columns() {
    DataType one =
        ofClasses()
            ? preparation.classes().isEmpty() ? DataTypes.IntegerType : DataTypes.StringType
            : network.classes() == 1 ? DataTypes.DoubleType : array(DataTypes.DoubleType);
    if (ofSteps()) {
      return List.of(DataTypes.createStructField("predictions", array(one), true));
    }
    StructField prediction = DataTypes.createStructField("prediction", one, true);
    if (!ofClasses()) {
      return List.of(prediction);
    }
    StructField probability =
        DataTypes.createStructField("probability", DataTypes.DoubleType, true);
    return hasProbabilities()
        ? List.of(
            prediction,
            probability,
            DataTypes.createStructField(
                PredictionTable.PROBABILITIES, array(DataTypes.DoubleType), true))
        : List.of(prediction, probability);
  }

  private static DataType array(DataType element) {
    return DataTypes.createArrayType(element, false);
  }

  /**
   * The cells of an answer.
   *
   * @param readings outputs of each reading of a sequence
   */
  Object[] cells(double[][] readings) {
    if (ofSteps()) {
      return new Object[] {
        Arrays.stream(readings)
            .map(reading -> ofClasses() ? name(reading) : values(reading))
            .toArray()
      };
    }
    double[] outputs = readings[0];
    if (!ofClasses()) {
      return new Object[] {values(outputs)};
    }
    double[] probabilities = outputs.clone();
    OutputUnits.softmax(probabilities);
    double probability = probabilities[best(outputs)];
    return hasProbabilities()
        ? new Object[] {name(outputs), probability, probabilities}
        : new Object[] {name(outputs), probability};
  }

  /** The first of equals. */
  private static int best(double[] outputs) {
    int best = 0;
    for (int c = 1; c < outputs.length; c++) {
      best = outputs[c] > outputs[best] ? c : best;
    }
    return best;
  }

  private Object name(double[] outputs) {
    int best = best(outputs);
    return preparation.classes().isEmpty() ? (Object) best : preparation.classes().get(best);
  }

  private Object values(double[] outputs) {
    Loss loss = network.head().loss();
    int outputsOfTarget = loss instanceof Loss.Quantile quantile ? quantile.levels().size() : 1;
    double[] values = new double[outputs.length];
    for (int output = 0; output < outputs.length; output++) {
      values[output] =
          loss instanceof Loss.Sigmoid
              ? 1 / (1 + StrictMath.exp(-outputs[output]))
              : preparation
                  .targets()
                  .original(
                      output / outputsOfTarget,
                      loss instanceof Loss.Poisson
                          ? StrictMath.exp(outputs[output])
                          : outputs[output]);
    }
    return values.length == 1 ? (Object) values[0] : values;
  }
}
