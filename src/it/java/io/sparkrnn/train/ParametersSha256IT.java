package io.sparkrnn.train;

import static io.sparkrnn.train.GoldenTraining.ONE_LAYER;
import static io.sparkrnn.train.GoldenTraining.TINY;
import static io.sparkrnn.train.GoldenTraining.TWO_LAYERS;

import io.sparkrnn.Jdk;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * One {@code parametersSha256} for a seed and a configuration: for both kernels, all widths of
 * vectors, any number of threads, old and new JDKs, interpreted and compiled, with Spark and
 * without.
 */
class ParametersSha256IT {
  private static final int NARROWEST_BITS = 128;

  @TempDir private static Path directory;

  static Stream<Named<Supplier<TrainingJvm>>> compiled() {
    return TrainingJvm.onBothJdks();
  }

  @ParameterizedTest
  @MethodSource
  void compiled(Supplier<TrainingJvm> jvm) throws Exception {
    // The tiny one comes last: its kernels are compiled by then.
    jvm.get().train(directory, List.of(ONE_LAYER, TWO_LAYERS, TINY), List.of(1, 2, 3, 4));
  }

  static Stream<Named<Supplier<TrainingJvm>>> interpretedOrCompiledSimply() {
    return Stream.of("-Xint", "-XX:TieredStopAtLevel=1")
        .flatMap(
            mode ->
                Stream.of(
                    named("portable, " + mode, () -> TrainingJvm.portable(Jdk.running(), mode)),
                    named(
                        "vector, " + mode,
                        () -> TrainingJvm.vector(Jdk.running(), NARROWEST_BITS, mode)),
                    named(
                        "portable, a newer JDK, " + mode,
                        () -> TrainingJvm.portable(Jdk.newer(), mode)),
                    named(
                        "vector, a newer JDK, " + mode,
                        () -> TrainingJvm.vector(Jdk.newer(), NARROWEST_BITS, mode))));
  }

  private static Named<Supplier<TrainingJvm>> named(String name, Supplier<TrainingJvm> jvm) {
    return Named.of(name, jvm);
  }

  @ParameterizedTest
  @MethodSource
  void interpretedOrCompiledSimply(Supplier<TrainingJvm> jvm) throws Exception {
    jvm.get().train(directory, List.of(TINY), List.of(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"job", "resident"})
  void onSpark(String rounds) throws Exception {
    TrainingJvm spark =
        new TrainingJvm(
            Jdk.running(),
            Jdk.withVectorModule("-Dspark.ui.enabled=false"),
            List.of("--engine", "spark", "--master", "local[2]", "--rounds", rounds),
            List.of("on local[2]"));
    spark.train(directory, List.of(ONE_LAYER, TWO_LAYERS), List.of(1, 2));
  }
}
