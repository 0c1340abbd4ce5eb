package io.sparkrnn.train;

import static io.sparkrnn.train.GoldenTraining.EPOCH;
import static io.sparkrnn.train.GoldenTraining.GRADIENTS;
import static io.sparkrnn.train.GoldenTraining.ONE_LAYER;
import static io.sparkrnn.train.GoldenTraining.TINY;
import static io.sparkrnn.train.GoldenTraining.TWO_LAYERS;

import io.sparkrnn.FullProof;
import io.sparkrnn.Jdk;
import io.sparkrnn.Proof;
import io.sparkrnn.train.TrainingJvm.Threaded;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One {@code parametersSha256} for a seed and a configuration: for both kernels, all widths of
 * vectors, any number of threads, old and new JDKs, interpreted and compiled, with Spark and
 * without. Every combination with {@code -Dproof=full}, and one of each kind otherwise.
 */
class ParametersSha256IT {
  private static final int NARROWEST_BITS = 128;
  private static final String C1 = "-XX:TieredStopAtLevel=1";

  @TempDir private static Path directory;

  static List<Named<Supplier<TrainingJvm>>> compiled() {
    return Proof.of(
        TrainingJvm.onBothJdks(),
        List.of(
            named("portable", () -> TrainingJvm.portable(Jdk.running())),
            named("vector", () -> TrainingJvm.vector(Jdk.running(), TrainingJvm.WIDEST_BITS)),
            named(
                "vector, a newer JDK",
                () -> TrainingJvm.vector(Jdk.newer(), TrainingJvm.WIDEST_BITS))));
  }

  /** The tiny one comes last: its kernels are compiled by then. */
  private static List<Threaded> trainings() {
    return Proof.of(
        Threaded.each(List.of(ONE_LAYER, TWO_LAYERS, GRADIENTS, TINY), List.of(1, 2, 3, 4)),
        List.of(
            new Threaded(ONE_LAYER, 3),
            new Threaded(TWO_LAYERS, 1),
            new Threaded(GRADIENTS, 3),
            new Threaded(TINY, 1)));
  }

  @ParameterizedTest
  @MethodSource
  void compiled(Supplier<TrainingJvm> jvm) throws Exception {
    jvm.get().train(directory, trainings());
  }

  static List<Named<Supplier<TrainingJvm>>> anEpoch() {
    return TrainingJvm.onBothJdks();
  }

  /** Of all of MNIST. */
  @ParameterizedTest
  @MethodSource
  @FullProof
  void anEpoch(Supplier<TrainingJvm> jvm) throws Exception {
    jvm.get().train(directory, Threaded.each(List.of(EPOCH), List.of(1, 2, 3, 4)));
  }

  static List<Named<Supplier<TrainingJvm>>> interpretedOrCompiledSimply() {
    return Proof.of(
        Stream.of("-Xint", C1).flatMap(ParametersSha256IT::onBothJdks).toList(),
        // An interpreter takes a minute for vectors.
        List.of(
            named("portable, -Xint", () -> TrainingJvm.portable(Jdk.running(), "-Xint")),
            named("vector, " + C1, () -> TrainingJvm.vector(Jdk.running(), NARROWEST_BITS, C1))));
  }

  private static Stream<Named<Supplier<TrainingJvm>>> onBothJdks(String mode) {
    return Stream.of(
        named("vector, " + mode, () -> TrainingJvm.vector(Jdk.running(), NARROWEST_BITS, mode)),
        named("portable, " + mode, () -> TrainingJvm.portable(Jdk.running(), mode)),
        named("portable, a newer JDK, " + mode, () -> TrainingJvm.portable(Jdk.newer(), mode)),
        named(
            "vector, a newer JDK, " + mode,
            () -> TrainingJvm.vector(Jdk.newer(), NARROWEST_BITS, mode)));
  }

  private static Named<Supplier<TrainingJvm>> named(String name, Supplier<TrainingJvm> jvm) {
    return Named.of(name, jvm);
  }

  @ParameterizedTest
  @MethodSource
  void interpretedOrCompiledSimply(Supplier<TrainingJvm> jvm) throws Exception {
    jvm.get().train(directory, List.of(new Threaded(TINY, 2)));
  }

  static List<String> onSpark() {
    return Proof.of(List.of("job", "resident"), List.of("resident"));
  }

  @ParameterizedTest
  @MethodSource
  void onSpark(String rounds) throws Exception {
    TrainingJvm spark =
        new TrainingJvm(
            Jdk.running(),
            Jdk.withVectorModule("-Dspark.ui.enabled=false"),
            List.of("--engine", "spark", "--master", "local[2]", "--rounds", rounds),
            List.of("on local[2]"));
    spark.train(
        directory,
        Proof.of(
            Threaded.each(List.of(ONE_LAYER, TWO_LAYERS, GRADIENTS), List.of(1, 2)),
            Threaded.each(List.of(TWO_LAYERS, GRADIENTS), List.of(2))));
  }
}
