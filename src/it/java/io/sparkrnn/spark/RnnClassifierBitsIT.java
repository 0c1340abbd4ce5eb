package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.FullProof;
import io.sparkrnn.Proof;
import io.sparkrnn.spark.rounds.SmallTraining;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Equal rows give the local engine's bits, whatever Spark makes of them. */
class RnnClassifierBitsIT {
  private static final MnistTable.Images IMAGES = MnistTable.first(203);
  private static final int UNITS = 11;

  private static final Map<String, String> SETTINGS =
      Map.of(
          "training.epochs", "3",
          "training.workers", "3",
          "training.minibatch-size", "16",
          "training.averaging-frequency", "2",
          "training.seed", "42",
          "training.l2", "1e-4",
          "model.hidden", String.valueOf(UNITS),
          "model.activation", "tanh");

  private static float[] expected;

  @BeforeAll
  static void trainLocally() {
    expected = LocalOracle.parameters(IMAGES, UNITS, SETTINGS);
  }

  private static RnnClassifier classifier() {
    return new RnnClassifier()
        .setTimeSteps(MnistTable.TIME_STEPS)
        .setHidden(new int[] {UNITS})
        .setEpochs(3)
        .setWorkers(3)
        .setMinibatchSize(16)
        .setAveragingFrequency(2)
        .setSeed(42)
        .setL2(1e-4);
  }

  // Slots, partitions, rounds.
  @ParameterizedTest
  @FullProof
  @CsvSource({
    "local[1], 1, job",
    "local[1], 3, resident",
    "local[4], 7, job",
    "'local-cluster[2,1,1024]', 2, job",
    "'local-cluster[2,1,1024]', 4, resident"
  })
  void moreSlotsPartitionsAndRoundsLeaveNoTrace(String master, int partitions, String rounds)
      throws IOException {
    slotsPartitionsAndRoundsLeaveNoTrace(master, partitions, rounds);
  }

  @ParameterizedTest
  @CsvSource("local[2], 5, resident")
  void slotsPartitionsAndRoundsLeaveNoTrace(String master, int partitions, String rounds)
      throws IOException {
    try (SparkSession spark = session(master, "org.apache.spark.serializer.JavaSerializer")) {
      Dataset<Row> table = MnistTable.of(spark, IMAGES).repartition(partitions);
      assertThat(classifier().setRounds(rounds).fit(table).parameters()).containsExactly(expected);
    }
  }

  @Test
  void aMovingAverageIsTheProgramsOwn() throws IOException {
    Map<String, String> averaging = new HashMap<>(SETTINGS);
    averaging.put("training.ema-decay", "0.9");
    try (SparkSession spark = session("local[2]", "org.apache.spark.serializer.JavaSerializer")) {
      assertThat(classifier().setEmaDecay(0.9).fit(MnistTable.of(spark, IMAGES)).parameters())
          .containsExactly(LocalOracle.parameters(IMAGES, UNITS, averaging))
          .isNotEqualTo(expected);
    }
  }

  static List<String> ways() {
    return Proof.of(List.of("resident", "job"), List.of("job"));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void orderAndSerializersLeaveNoTrace(String rounds) throws IOException {
    try (SparkSession spark =
        session("local-cluster[2,1,1024]", "org.apache.spark.serializer.KryoSerializer")) {
      Dataset<Row> table = MnistTable.of(spark, IMAGES).orderBy(functions.rand(7));
      assertThat(classifier().setRounds(rounds).setKernels("portable").fit(table).parameters())
          .containsExactly(expected);
    }
  }

  private static SparkSession session(String master, String serializer) {
    return SparkSession.builder()
        .sparkContext(SmallTraining.context(master, Map.of("spark.serializer", serializer)).sc())
        .getOrCreate();
  }
}
