package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.sparkrnn.Build;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;

/** PySpark's wheel from PyPI, which is a whole Spark. */
final class PySpark {
  private PySpark() {}

  /**
   * A {@code SPARK_HOME}; it is fetched once.
   *
   * @param version such as {@code 4.2.*}
   */
  static Path home(String version) throws Exception {
    Path there = Build.resolve("pyspark").resolve(version.replace("*", "x"));
    if (!Files.exists(there)) {
      Path part = there.resolveSibling(there.getFileName() + ".part");
      Process pip =
          new ProcessBuilder(
                  "python3",
                  "-m",
                  "pip",
                  "install",
                  "--quiet",
                  // Most of it is never run.
                  "--no-compile",
                  "--disable-pip-version-check",
                  "--root-user-action=ignore",
                  "--no-deps",
                  "--target",
                  part.toString(),
                  "pyspark==" + version)
              .redirectErrorStream(true)
              .start();
      String output = new String(pip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(pip.waitFor(30, TimeUnit.MINUTES)).isTrue();
      assumeTrue(
          pip.exitValue() == 0 || System.getenv("CI") != null,
          "Skipped: expected pyspark " + version + " from PyPI, found none: " + output);
      assertThat(pip.exitValue()).as(output).isZero();
      Files.move(part, there, StandardCopyOption.ATOMIC_MOVE);
    }
    return there.resolve("pyspark");
  }
}
