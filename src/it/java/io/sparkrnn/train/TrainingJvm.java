package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.Build;
import io.sparkrnn.ForkedJvm;
import io.sparkrnn.Jdk;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Named;

/**
 * A JVM that trains with the packaged jar and demands the golden values.
 *
 * @param options of the JVM
 * @param arguments of {@code train}, beside the training's own
 * @param said what the command must say about its kernels and engine
 */
record TrainingJvm(Jdk jdk, List<String> options, List<String> arguments, List<String> said) {
  // No spark-rnn-dl4j.jar: writing DL4J's zip would take longer than the training.
  private static final String CLASS_PATH =
      String.join(
          File.pathSeparator,
          Build.resolve("spark-rnn.jar").toString(),
          Build.resolve("spark/jars") + File.separator + "*",
          Build.resolve("test-classes").toString());

  /** The widest vectors of this CPU. */
  static final int WIDEST_BITS = FloatVector.SPECIES_PREFERRED.vectorBitSize();

  /** Vectors of this many bits; skips the test where the CPU has no such vectors. */
  static TrainingJvm vector(Jdk jdk, int bits, String... options) {
    assumeTrue(
        bits <= WIDEST_BITS,
        "Skipped with vectors of %d bits: this CPU's have %d".formatted(bits, WIDEST_BITS));
    List<String> all = Jdk.withVectorModule(options);
    all.add("-Dspark-rnn.vector.bits=" + bits);
    return new TrainingJvm(
        jdk,
        all,
        List.of("--engine", "local", "--kernels", "vector"),
        List.of("vector kernels, %d bits".formatted(bits), "without Spark"));
  }

  /** No Vector API. */
  static TrainingJvm portable(Jdk jdk, String... options) {
    return new TrainingJvm(
        jdk,
        List.of(options),
        List.of("--engine", "local", "--kernels", "portable"),
        List.of("portable kernels", "without Spark"));
  }

  /** Both kernels, and the vector kernels in every width, on this JDK and on a newer one. */
  static List<Named<Supplier<TrainingJvm>>> onBothJdks() {
    return Stream.concat(on("this JDK", Jdk::running), on("a newer JDK", Jdk::newer)).toList();
  }

  private static Stream<Named<Supplier<TrainingJvm>>> on(String name, Supplier<Jdk> jdk) {
    return Stream.concat(
        Stream.of(512, 256, 128)
            .map(
                bits ->
                    Named.of(
                        "vector, %d bits, %s".formatted(bits, name),
                        () -> vector(jdk.get(), bits))),
        Stream.of(Named.of("portable, " + name, () -> portable(jdk.get()))));
  }

  /** Runs these trainings with each number of threads, one after the other. */
  void train(Path directory, List<GoldenTraining> trainings, List<Integer> threads)
      throws Exception {
    List<String> commands = new ArrayList<>();
    Path parent = Files.createTempDirectory(directory, "runs");
    for (GoldenTraining training : trainings) {
      for (int count : threads) {
        commands.addAll(training.arguments(directory));
        commands.addAll(arguments);
        commands.addAll(List.of("--threads-per-worker", String.valueOf(count)));
        commands.addAll(
            List.of("--run-dir", run(parent, training, count).toString(), Trainings.END));
      }
    }
    ForkedJvm jvm =
        jdk.start(
            options, CLASS_PATH, Trainings.class.getName(), commands, parent.resolve("output"));
    assertThat(jvm.awaitOutput()).contains(said);
    List<String> expected = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (GoldenTraining training : trainings) {
      for (int count : threads) {
        JsonNode result = result(parent, training, count);
        assertThat(Runtime.Version.parse(result.at("/versions/java").asText()).feature())
            .isEqualTo(jdk.feature());
        assertThat(result.path("threadsPerWorker").asInt()).isEqualTo(count);
        String what =
            "%s, %s %s %s, threads %d".formatted(training, jdk, options, arguments, count);
        expected.add(training.sha256 + " " + what);
        found.add(result.path("parametersSha256").asText() + " " + what);
      }
    }
    // The list of what has been compared, for people.
    found.forEach(System.out::println);
    assertThat(found).isEqualTo(expected);
  }

  private static JsonNode result(Path parent, GoldenTraining training, int threads)
      throws IOException {
    return new ObjectMapper()
        .readTree(run(parent, training, threads).resolve("result.json").toFile());
  }

  private static Path run(Path parent, GoldenTraining training, int threads) {
    return parent.resolve("%s-%d".formatted(training, threads));
  }
}
