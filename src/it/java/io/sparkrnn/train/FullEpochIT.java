package io.sparkrnn.train;

import static io.sparkrnn.train.GoldenTraining.EPOCH;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** As {@link ParametersSha256IT}, with an epoch of all of MNIST; minutes long, so on demand. */
@EnabledIfSystemProperty(
    named = "proof",
    matches = "full",
    disabledReason = "runs with -Dproof=full only")
class FullEpochIT {
  @TempDir private static Path directory;

  static Stream<Named<Supplier<TrainingJvm>>> anEpoch() {
    return TrainingJvm.onBothJdks();
  }

  @ParameterizedTest
  @MethodSource
  void anEpoch(Supplier<TrainingJvm> jvm) throws Exception {
    jvm.get().train(directory, List.of(EPOCH), List.of(1, 2, 3, 4));
  }
}
