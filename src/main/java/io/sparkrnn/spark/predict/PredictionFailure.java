package io.sparkrnn.spark.predict;

import io.sparkrnn.data.DataException;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.predict.SparkPrediction.Request;
import io.sparkrnn.storage.StorageException;
import java.io.IOException;
import java.util.List;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.sql.AnalysisException;

/** What Spark's many exceptions mean when it reads a table of samples and writes one of answers. */
final class PredictionFailure {
  private static final String NO_SUCH_PATH = "PATH_NOT_FOUND";

  /** Begins the message of Spark's exception for a file that it cannot decode. */
  private static final String READING = "Encountered error while reading file";

  private static final String UNKNOWN_TYPE = "Illegal Parquet type";
  private static final String UNKNOWN_ENCODING = "Unsupported encoding";

  private PredictionFailure() {}

  /** Of opening a table. */
  static RuntimeException ofOpening(Exception failure, Request request) {
    if (failure instanceof AnalysisException analysis
        && NO_SUCH_PATH.equals(analysis.getErrorClass())) {
      return new StorageException(
          "Cannot read %s: there is no such file or directory".formatted(request.from()), failure);
    }
    String found = firstLine(ExceptionUtils.getRootCause(failure));
    if (found.contains(UNKNOWN_TYPE)) {
      return notSparks(request, found, failure);
    }
    return ExceptionUtils.getThrowableList(failure).stream().anyMatch(IOException.class::isInstance)
        ? new StorageException("Cannot read %s: %s".formatted(request.from(), found), failure)
        : new DataException(
            "Cannot read %s: expected a %s, found: %s"
                .formatted(request.from(), request.input(), found),
            failure);
  }

  /** Of all that comes after. */
  static RuntimeException of(Exception failure, Request request) {
    RuntimeException translated = SparkJobException.translate(failure);
    List<Throwable> causes = ExceptionUtils.getThrowableList(failure);
    Throwable root = causes.get(causes.size() - 1);
    if (causes.contains(translated)) {
      return translated;
    }
    if (firstLine(root).contains(UNKNOWN_ENCODING) || firstLine(root).endsWith("Codec")) {
      return notSparks(request, firstLine(root), failure);
    }
    if (causes.stream().anyMatch(cause -> String.valueOf(cause.getMessage()).contains(READING))) {
      return new DataException(
          "Cannot read %s: expected whole files, found: %s"
              .formatted(request.from(), firstLine(root)),
          failure);
    }
    if (failure instanceof AnalysisException) {
      return new DataException(
          "Cannot predict rows of %s into %s: %s"
              .formatted(request.from(), request.output(), firstLine(failure)),
          failure);
    }
    return root instanceof IOException
        ? new StorageException(
            "Cannot write %s: %s".formatted(request.to(), firstLine(root)), failure)
        : translated;
  }

  private static DataException notSparks(Request request, String found, Exception failure) {
    return new DataException(
        "Cannot read %s: expected types, encodings and codecs that Spark reads, found: %s"
            .formatted(request.from(), found),
        failure);
  }

  private static String firstLine(Throwable failure) {
    return String.valueOf(failure.getMessage()).lines().findFirst().orElse(failure.toString());
  }
}
