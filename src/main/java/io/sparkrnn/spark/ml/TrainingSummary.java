package io.sparkrnn.spark.ml;

import io.sparkrnn.report.EpochRecord;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What a fit did, epoch by epoch, those included that an earlier try of it has left in checkpoints.
 * It is not saved with a model.
 */
public final class TrainingSummary implements Serializable {
  private static final long serialVersionUID = 1L;

  private final double[] losses;
  private final double[] scores;
  private final double[] seconds;
  private final String score;
  private final long rows;
  private final long skippedRows;

  TrainingSummary(List<EpochRecord> epochs, long rows, long skippedRows) {
    losses = epochs.stream().mapToDouble(EpochRecord::loss).toArray();
    scores =
        epochs.stream()
            .map(EpochRecord::validationScore)
            .filter(Objects::nonNull)
            .mapToDouble(Double::doubleValue)
            .toArray();
    seconds = epochs.stream().mapToDouble(EpochRecord::seconds).toArray();
    score =
        epochs.stream().map(EpochRecord::scoreName).filter(Objects::nonNull).findFirst().orElse("");
    this.rows = rows;
    this.skippedRows = skippedRows;
  }

  /**
   * The summary of a model that was trained here.
   *
   * @param found null for none
   * @throws IllegalStateException if there is none
   */
  public static TrainingSummary required(TrainingSummary found) {
    if (found == null) {
      throw new IllegalStateException(
          "expected a model that was trained here, found one without a summary");
    }
    return found;
  }

  /** The mean loss of each epoch's samples while they were trained on. */
  public double[] objectiveHistory() {
    return losses.clone();
  }

  /** The validation score after each epoch; empty where there is nothing to validate on. */
  public double[] validationHistory() {
    return scores.clone();
  }

  /** What that score is, such as {@code accuracy} or {@code rmse}. */
  public Optional<String> validationScore() {
    return Optional.of(score).filter(name -> !name.isEmpty());
  }

  /** Seconds of each epoch's rounds. */
  public double[] secondsHistory() {
    return seconds.clone();
  }

  /** Epochs that there have been. */
  public int totalIterations() {
    return losses.length;
  }

  /** Samples that were trained on: rows, or of a table of readings, windows. */
  public long rows() {
    return rows;
  }

  /** Rows that could not be used and were left out. */
  public long skippedRows() {
    return skippedRows;
  }

  @Override
  public String toString() {
    return "%d rows (%d left out), loss %s, %s %s"
        .formatted(
            rows,
            skippedRows,
            Arrays.toString(losses),
            score.isEmpty() ? "no validation" : score,
            Arrays.toString(scores));
  }
}
