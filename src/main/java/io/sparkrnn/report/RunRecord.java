package io.sparkrnn.report;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.evaluation.Deviation;
import io.sparkrnn.evaluation.Mistake;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A {@code result.json}, as far as pages show it. What a result does not have is null or 0, a list
 * empty: a run that failed has no test, one of an earlier version no history.
 */
public record RunRecord(
    String status,
    int exitCode,
    String error,
    int attempt,
    List<String> drift,
    String runId,
    String model,
    String topology,
    long parameters,
    String engine,
    String kernels,
    String cpu,
    int workers,
    int threadsPerWorker,
    int averagingFrequency,
    String parametersSha256,
    String initialParametersSha256,
    Comparison initial,
    Integer stoppedEarly,
    Integer bestEpoch,
    Scores test,
    Scores validation,
    Baseline baseline,
    Training training,
    Data data,
    Map<String, String> versions) {

  /**
   * An evaluation.
   *
   * @param confusion {@code [actual][predicted]}
   * @param classes their names, if they have any
   * @param largestErrors of values, the largest first
   * @param readings some predictions of values, evenly spread, in the order of samples
   */
  public record Scores(
      double accuracy,
      double loss,
      long samples,
      long[][] confusion,
      List<String> classes,
      List<Mistake> worst,
      List<Deviation> largestErrors,
      List<Reading> readings,
      NamedScore score,
      Map<String, Double> scores) {
    /** The score that decides; those of earlier versions have accuracy alone. */
    Score deciding() {
      return Optional.ofNullable(score)
          .flatMap(NamedScore::score)
          .orElse(new Score(ScoreKind.ACCURACY, accuracy));
    }

    boolean isOfAccuracy() {
      return deciding().kind() == ScoreKind.ACCURACY;
    }

    /** Whether numbers are predicted, not classes: then losses are not in nats. */
    boolean isOfValues() {
      return !largestErrors.isEmpty() || scores.containsKey(ScoreKind.RMSE.toString());
    }

    public Scores {
      confusion = confusion == null ? new long[0][] : confusion;
      classes = orEmpty(classes);
      worst = orEmpty(worst);
      largestErrors = orEmpty(largestErrors);
      readings = orEmpty(readings);
      scores = scores == null ? Map.of() : scores;
    }
  }

  /** One predicted value in the units of the data; in files an array of these, one line each. */
  @JsonFormat(shape = JsonFormat.Shape.ARRAY)
  @JsonPropertyOrder({"sample", "step", "target", "actual", "predicted"})
  public record Reading(int sample, int step, int target, double actual, double predicted) {
    /** As evaluations keep it. */
    public static Reading of(Deviation prediction) {
      return new Reading(
          prediction.sample(),
          prediction.step(),
          prediction.target(),
          prediction.actual(),
          prediction.predicted());
    }
  }

  /** What predictions without a network come to. */
  public record Baseline(String name, NamedScore score) {}

  /** A score by its name. */
  public record NamedScore(String name, double value) {
    Optional<Score> score() {
      return ScoreKind.named(name).map(kind -> new Score(kind, value));
    }
  }

  /** The model that the run began with, on the same test samples. */
  public record Comparison(
      double accuracy, double loss, long onlyInitialRight, long onlyFinalRight, double pValue) {}

  /** The rounds. */
  public record Training(long samples, List<EpochRecord> history, List<Double> workerSeconds) {
    public Training {
      history = orEmpty(history);
      workerSeconds = orEmpty(workerSeconds);
    }
  }

  /** What it was trained on. */
  public record Data(List<DataFingerprint> fingerprints) {
    public Data {
      fingerprints = orEmpty(fingerprints);
    }
  }

  public RunRecord {
    drift = orEmpty(drift);
    versions = versions == null ? Map.of() : versions;
    data = data == null ? new Data(List.of()) : data;
    training = training == null ? new Training(0, List.of(), List.of()) : training;
  }

  private static <T> List<T> orEmpty(List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }

  /**
   * Reads a result.
   *
   * @param where names it in the message
   * @throws DataException if it is none
   */
  public static RunRecord read(byte[] json, String where) {
    try {
      RunRecord read =
          new ObjectMapper()
              .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
              .readValue(json, RunRecord.class);
      if (read == null || read.runId() == null) {
        throw new DataException(
            "Cannot read %s: expected the result of a run, found one without runId"
                .formatted(where));
      }
      return read;
    } catch (IOException e) {
      throw new DataException(
          "Cannot read %s: expected the result of a run as JSON, found %s"
              .formatted(where, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }
}
