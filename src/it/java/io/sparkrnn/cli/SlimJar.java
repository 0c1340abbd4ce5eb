package io.sparkrnn.cli;

import io.sparkrnn.Build;
import io.sparkrnn.Jdk;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * {@code spark-rnn.jar}, elsewhere than DL4J's jar: writing DL4J's zip takes longer than a short
 * training. Needs the jars that Maven lays under target/.
 */
record SlimJar(Path file) {
  /** Maven's build directory. */
  static final Path TARGET = Build.DIRECTORY;

  /** The class path of Spark itself. */
  static final String SPARK = TARGET.resolve("spark/jars") + File.separator + "*";

  /** A copy in a directory. */
  static SlimJar in(Path directory) throws IOException {
    return new SlimJar(
        Files.copy(TARGET.resolve("spark-rnn.jar"), directory.resolve("spark-rnn.jar")));
  }

  /**
   * Starts its {@code Main}.
   *
   * @param options of the JVM
   * @param output the file that gets what it prints
   */
  Driver start(List<String> options, List<String> arguments, Path output) throws IOException {
    return start(options, arguments, Map.of(), output);
  }

  /** As the other, with more environment variables. */
  Driver start(
      List<String> options, List<String> arguments, Map<String, String> environment, Path output)
      throws IOException {
    return new Driver(
        Jdk.running()
            .start(
                options,
                // What is archived is Spark's, which must come first.
                SPARK + File.pathSeparator + file,
                Main.class.getName(),
                arguments,
                environment,
                output));
  }

  /**
   * Starts it under the real spark-submit.
   *
   * @param options of the JVM
   * @param environment more variables for it
   * @param submitOptions of spark-submit
   * @param output the file that gets what it prints
   */
  Driver submit(
      List<String> options,
      Map<String, String> environment,
      List<String> submitOptions,
      List<String> arguments,
      Path output)
      throws IOException {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--properties-file",
                Path.of("conf", "spark-defaults.conf").toAbsolutePath().toString(),
                "--conf",
                "spark.ui.enabled=false"));
    all.addAll(submitOptions);
    all.add(file.toString());
    all.addAll(arguments);
    return new Driver(
        Jdk.running()
            .start(
                options, SPARK, "org.apache.spark.deploy.SparkSubmit", all, environment, output));
  }
}
