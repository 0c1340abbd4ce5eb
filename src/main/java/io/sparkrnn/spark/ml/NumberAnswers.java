package io.sparkrnn.spark.ml;

import io.sparkrnn.kernel.Loss;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * The numbers that a model gives a sequence, in the units of the data.
 *
 * @param one whether one of them is wanted alone
 * @param all whether all of them are wanted
 */
public record NumberAnswers(ColumnModel model, boolean one, boolean all)
    implements AddedColumns.Answers {
  @Override
  public Row of(double[][] outputs) {
    double[] said = outputs == null ? null : model.said(outputs[0]);
    List<Object> cells = new ArrayList<>();
    if (one) {
      cells.add(said == null ? Double.NaN : first(model, said));
    }
    if (all) {
      cells.add(said);
    }
    return RowFactory.create(cells.toArray());
  }

  /** The number of the first target; of quantiles, that of the level next to a half. */
  public static double first(ColumnModel model, double[] said) {
    int at = 0;
    if (model.network().head().loss() instanceof Loss.Quantile quantile) {
      for (int i = 1; i < quantile.levels().size(); i++) {
        at = distance(quantile, i) < distance(quantile, at) ? i : at;
      }
    }
    return said[at];
  }

  private static double distance(Loss.Quantile quantile, int level) {
    return Math.abs(quantile.levels().get(level) - 0.5);
  }
}
