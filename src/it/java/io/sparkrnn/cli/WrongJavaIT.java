package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Jdk;
import io.sparkrnn.run.ExitCode;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A driver on a Java that Spark does not run on. */
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
              "spark-rnn: Cannot start Spark: expected Java 17 (set JAVA_HOME), found Java %d at %s; "
                  .formatted(newer.feature(), newer.home()))
          .doesNotContain("\tat ", "Exception");
    }
  }
}
