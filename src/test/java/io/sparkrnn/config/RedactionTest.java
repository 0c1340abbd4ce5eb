package io.sparkrnn.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;

/** What is masked in run directories is masked by Spark, and nothing else. */
class RedactionTest {
  @Test
  void sparkMasksWhatWeMask() throws IOException {
    Properties defaults = new Properties();
    try (Reader reader = Files.newBufferedReader(Path.of("conf", "spark-defaults.conf"))) {
      defaults.load(reader);
    }
    assertThat(defaults.getProperty("spark.redaction.regex"))
        .isEqualTo(RunConfiguration.SECRET.pattern());
  }
}
