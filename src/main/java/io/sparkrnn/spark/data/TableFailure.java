package io.sparkrnn.spark.data;

import io.sparkrnn.spark.jobs.SparkJobException;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.apache.spark.SparkException;
import org.apache.spark.sql.AnalysisException;

/** What Spark SQL throws where a table or a query is not what it should be. */
final class TableFailure {
  private static final String OURS = "io.sparkrnn.";

  private TableFailure() {}

  /** What was found in the data, or empty where the failure is not the data's. */
  static Optional<String> translate(Exception failure) {
    if (isOfMissingSource(failure)) {
      return Optional.of("none");
    }
    int query = ExceptionUtils.indexOfType(failure, AnalysisException.class);
    if (query >= 0) {
      return Optional.of(firstLine(ExceptionUtils.getThrowableList(failure).get(query)));
    }
    Throwable root = Objects.requireNonNullElse(ExceptionUtils.getRootCause(failure), failure);
    boolean ofData =
        !isOurs(failure, root)
            && !(root instanceof SparkException)
            && !(root instanceof Error)
            && !(root instanceof InterruptedException)
            && !isOfCluster(root.getClass().getName());
    return ofData ? Optional.of(firstLine(root)) : Optional.empty();
  }

  /** Whether a format's classes are not there, which come with a package. */
  private static boolean isOfMissingSource(Exception failure) {
    return ExceptionUtils.getThrowableList(failure).stream()
        .anyMatch(
            cause ->
                cause instanceof ClassNotFoundException
                    || String.valueOf(cause.getMessage()).contains("Failed to find data source")
                    || String.valueOf(cause.getMessage()).contains("DATA_SOURCE_NOT_FOUND"));
  }

  /** Our own exceptions say what they mean, and our own mistakes are not the data's. */
  private static boolean isOurs(Exception failure, Throwable root) {
    StackTraceElement[] stack = root.getStackTrace();
    return ExceptionUtils.getThrowableList(failure).stream()
            .filter(cause -> !(cause instanceof SparkJobException))
            .anyMatch(cause -> cause.getClass().getName().startsWith(OURS))
        || stack.length > 0 && stack[0].getClassName().startsWith(OURS);
  }

  private static boolean isOfCluster(String name) {
    return Stream.of(
            "java.net.",
            "java.nio.channels.",
            "org.apache.hadoop.hdfs.",
            "org.apache.hadoop.ipc.",
            "org.apache.hadoop.security.")
        .anyMatch(name::startsWith);
  }

  /** What any other failure means. */
  static RuntimeException other(Exception failure) {
    return SparkJobException.translate(failure);
  }

  private static String firstLine(Throwable failure) {
    String message = Objects.requireNonNullElse(failure.getMessage(), "").strip();
    String line = message.lines().findFirst().orElse(failure.getClass().getSimpleName());
    return line.isBlank() ? failure.getClass().getSimpleName() : line;
  }
}
