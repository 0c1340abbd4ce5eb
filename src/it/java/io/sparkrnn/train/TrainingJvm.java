package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.Build;
import io.sparkrnn.ForkedJvm;
import io.sparkrnn.Jdk;
import java.io.File;
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

  /** A training with a number of threads for each worker. */
  record Threaded(GoldenTraining training, int threads) {
    /** Each of these trainings with each of these numbers. */
    static List<Threaded> each(List<GoldenTraining> trainings, List<Integer> threads) {
      return trainings.stream()
          .flatMap(training -> threads.stream().map(count -> new Threaded(training, count)))
          .toList();
    }

    private Path run(Path parent) {
      return parent.resolve("%s-%d".formatted(training, threads));
    }
  }

  /** Runs these, one after the other. */
  void train(Path directory, List<Threaded> trainings) throws Exception {
    List<String> commands = new ArrayList<>();
    Path parent = Files.createTempDirectory(directory, "runs");
    for (Threaded one : trainings) {
      commands.addAll(one.training().arguments(directory));
      commands.addAll(arguments);
      commands.addAll(List.of("--threads-per-worker", String.valueOf(one.threads())));
      commands.addAll(List.of("--run-dir", one.run(parent).toString(), Trainings.END));
    }
    ForkedJvm jvm =
        jdk.start(
            options, CLASS_PATH, Trainings.class.getName(), commands, parent.resolve("output"));
    assertThat(jvm.awaitOutput()).contains(said);
    List<String> expected = new ArrayList<>();
    List<String> found = new ArrayList<>();
    for (Threaded one : trainings) {
      JsonNode result =
          new ObjectMapper().readTree(one.run(parent).resolve("result.json").toFile());
      assertThat(Runtime.Version.parse(result.at("/versions/java").asText()).feature())
          .isEqualTo(jdk.feature());
      assertThat(result.path("threadsPerWorker").asInt()).isEqualTo(one.threads());
      String what =
          "%s, %s %s %s, threads %d"
              .formatted(one.training(), jdk, options, arguments, one.threads());
      expected.add(one.training().sha256 + " " + what);
      found.add(result.path("parametersSha256").asText() + " " + what);
    }
    // The list of what has been compared, for people.
    found.forEach(System.out::println);
    assertThat(found).isEqualTo(expected);
  }
}
