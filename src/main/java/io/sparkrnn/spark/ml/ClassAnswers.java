package io.sparkrnn.spark.ml;

import io.sparkrnn.model.OutputUnits;
import io.sparkrnn.train.Predictor;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * What a classifier says of a sequence, as Spark ML's own classifiers say it.
 *
 * @param classes how many there are
 * @param wanted in the order of the cells
 * @param thresholds of each class; null for none
 */
public record ClassAnswers(int classes, List<Kind> wanted, double[] thresholds)
    implements AddedColumns.Answers {
  /** What can be said. */
  public enum Kind {
    /** The logarithms of the probabilities. */
    RAW,
    PROBABILITY,
    PREDICTION
  }

  @Override
  public Row of(double[][] outputs) {
    Object[] cells = new Object[wanted.size()];
    for (int i = 0; i < cells.length; i++) {
      cells[i] = outputs == null ? nothing(wanted.get(i)) : cell(wanted.get(i), outputs[0]);
    }
    return RowFactory.create(cells);
  }

  private Object nothing(Kind kind) {
    if (kind == Kind.PREDICTION) {
      return Double.NaN;
    }
    double[] values = new double[classes];
    Arrays.fill(values, Double.NaN);
    return Vectors.dense(values);
  }

  private Object cell(Kind kind, double[] outputs) {
    return switch (kind) {
      case RAW -> logProbabilities(outputs);
      case PROBABILITY -> Vectors.dense(probabilities(outputs));
      case PREDICTION -> (double) prediction(outputs);
    };
  }

  /** The logarithm of each probability, {@code [class]}. */
  public static Vector logProbabilities(double[] outputs) {
    double[] values = outputs.clone();
    Predictor.logSoftmax(values);
    return Vectors.dense(values);
  }

  private static double[] probabilities(double[] outputs) {
    double[] values = outputs.clone();
    OutputUnits.softmax(values);
    return values;
  }

  /** As Spark ML: of equals the first; with thresholds, by probabilities over these. */
  private int prediction(double[] outputs) {
    double[] scores = thresholds == null ? outputs : probabilities(outputs);
    int best = 0;
    double highest = Double.NEGATIVE_INFINITY;
    for (int c = 0; c < scores.length; c++) {
      double score = thresholds == null ? scores[c] : scores[c] / thresholds[c];
      if (score > highest) {
        highest = score;
        best = c;
      }
    }
    return best;
  }
}
