package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Jdk;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.spark.version.SparkVersion;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A driver on a Java that Spark does not run on, or with another Spark than ours. */
class WrongJavaIT {
  @TempDir private Path temp;

  @Test
  void isNamedBeforeSparkTries() throws Exception {
    Jdk newer = Jdk.newer();
    try (Driver driver =
        new Driver(
            newer.start(
                List.of(
                    "-Dlog4j2.configurationFile="
                        + Path.of("conf", "log4j2.properties").toAbsolutePath(),
                    "-Dspark-rnn.log=" + temp.resolve("log")),
                SlimJar.in(temp).file() + File.pathSeparator + SlimJar.SPARK,
                Main.class.getName(),
                List.of("train", "--epochs", "1", "--run-dir", temp.resolve("run").toString()),
                temp.resolve("out")))) {
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(ExitCode.UNAVAILABLE);
      assertThat(driver.output())
          .contains(
              "spark-rnn: Cannot start Spark: expected Java 17 (set JAVA_HOME), found Java %d at %s\n"
                  .formatted(newer.feature(), newer.home()))
          .doesNotContain("\tat ", "Exception");
    }
  }

  /** Before data are looked for: no other try would read them. */
  @ParameterizedTest
  @ValueSource(strings = {"train --run-dir", "retrain --json --run-id night --registry"})
  void anotherSparkIsNamedBeforeAnythingIsReadOrMade(String command) throws Exception {
    Files.writeString(temp.resolve("spark-version-info.properties"), "version=4.0.5\n");
    List<String> arguments = new ArrayList<>(List.of(command.split(" ")));
    arguments.addAll(List.of(temp.resolve("made").toString(), "--data", temp + "/nothing-here"));
    String classPath = temp + File.pathSeparator + System.getProperty("java.class.path");
    try (Driver driver =
        new Driver(
            Jdk.running()
                .start(
                    List.of("-Dlog4j2.level=off"),
                    classPath,
                    Main.class.getName(),
                    arguments,
                    temp.resolve("out")))) {
      assertThat(driver.awaitExit()).as(driver.output()).isEqualTo(ExitCode.UNAVAILABLE);
      assertThat(driver.output())
          .contains(
              "Cannot start Spark: expected Spark %s.x ".formatted(SparkVersion.SPARK.get(0)),
              "for Scala %1$s.x (SPARK_HOME), found Spark 4.0.5 for Scala %1$s."
                  .formatted(SparkVersion.SCALA),
              "; pip install 'pyspark==%s.*' gives one".formatted(SparkVersion.SPARK.get(0)))
          .doesNotContain("--resume", "\tat ");
      if (command.contains("--json")) {
        assertThat(driver.output()).contains("\"permanent\":true");
      }
    }
    assertThat(temp.resolve("made")).doesNotExist();
  }
}
