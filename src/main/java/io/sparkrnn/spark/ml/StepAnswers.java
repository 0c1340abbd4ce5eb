package io.sparkrnn.spark.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * What a model says of each time step of a sequence: numbers of classes, or numbers in the units of
 * the data.
 *
 * @param predictions whether these are wanted
 * @param probabilities whether probabilities of classes are wanted
 */
public record StepAnswers(ColumnModel model, boolean predictions, boolean probabilities)
    implements AddedColumns.Answers {
  @Override
  public Row of(double[][] outputs) {
    List<Object> cells = new ArrayList<>();
    if (predictions) {
      cells.add(outputs == null ? null : predicted(outputs));
    }
    if (probabilities) {
      cells.add(outputs == null ? null : said(outputs));
    }
    return RowFactory.create(cells.toArray());
  }

  private Object predicted(double[][] outputs) {
    if (model.network().head().loss().ofClasses()) {
      return Arrays.stream(outputs).mapToDouble(StepAnswers::best).toArray();
    }
    double[][] said = said(outputs);
    return model.network().classes() == 1
        ? Arrays.stream(said).mapToDouble(step -> step[0]).toArray()
        : said;
  }

  private double[][] said(double[][] outputs) {
    return Arrays.stream(outputs).map(model::said).toArray(double[][]::new);
  }

  /** The most probable class, the first of equals. */
  private static int best(double[] outputs) {
    int best = 0;
    for (int c = 1; c < outputs.length; c++) {
      best = outputs[c] > outputs[best] ? c : best;
    }
    return best;
  }
}
