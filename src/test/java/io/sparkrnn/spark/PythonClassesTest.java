package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.spark.PythonClasses.Kind;
import io.sparkrnn.spark.PythonClasses.Pair;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Python's classes have the params of Java's. With {@code -Dpython=write} their file is written.
 */
class PythonClassesTest {
  private static final Path FILE = Path.of("src", "python", "spark_rnn", "_ml.py");

  @Test
  void pythonHasTheParamsOfJava() throws IOException {
    String written =
        PythonClasses.of(
            List.of(
                new Pair(Kind.CLASSIFIER, new RnnClassifier(), new RnnClassificationModel()),
                new Pair(Kind.REGRESSOR, new RnnRegressor(), new RnnRegressionModel()),
                new Pair(Kind.LABELER, new RnnSequenceLabeler(), new RnnSequenceLabelingModel())));
    if ("write".equals(System.getProperty("python"))) {
      Files.writeString(FILE, written);
    }
    assertThat(Files.readString(FILE))
        .as("%s, which mvn test -Dtest=PythonClassesTest -Dpython=write writes anew", FILE)
        .isEqualTo(written);
  }
}
