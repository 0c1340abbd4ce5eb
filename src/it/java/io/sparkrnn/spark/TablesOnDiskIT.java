package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Jdk;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.ShardsChoice;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.RddShards;
import io.sparkrnn.spark.data.TableSamples;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.spark.ml.TableTraining;
import io.sparkrnn.spark.rounds.SmallTraining;
import io.sparkrnn.spark.shards.WorkerGroups;
import io.sparkrnn.train.StopRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.collection.JavaConverters;

/** Shards on disk have the bits of shards in memory, whatever becomes of their files. */
class TablesOnDiskIT {
  private static final MnistTable.Images IMAGES = MnistTable.first(203);
  private static final int UNITS = 11;
  private static final int WORKERS = 3;
  private static final int HEAP_MIB = 192;
  private static final int LARGE_ROWS = 19_500;

  private static final Map<String, String> SETTINGS =
      Map.of(
          "training.epochs", "2",
          "training.workers", String.valueOf(WORKERS),
          "training.minibatch-size", "16",
          "training.averaging-frequency", "2",
          "training.kernels", "portable",
          "model.hidden", String.valueOf(UNITS),
          "model.activation", "tanh");

  @TempDir private static Path temp;
  private static SparkSession spark;
  private static Dataset<Row> table;

  @BeforeAll
  static void start() throws IOException {
    Files.createDirectory(temp.resolve("local"));
    spark =
        SparkSession.builder()
            .sparkContext(
                SmallTraining.context(
                        "local-cluster[2,1,1024]",
                        Map.of(
                            "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
                            "spark.io.encryption.enabled", "true",
                            "spark.local.dir", temp.resolve("local").toString()))
                    .sc())
            .getOrCreate();
    table =
        MnistTable.of(spark, IMAGES)
            .select(functions.col("features"), functions.col("label").cast("double"))
            .repartition(4);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static float[] train(String rounds) {
    Map<String, String> settings = new HashMap<>(SETTINGS);
    settings.put("training.rounds", rounds);
    settings.put("spark.shards", "disk");
    return new TableTraining(
            ConfigurationLoader.load(Optional.empty(), settings),
            table,
            "features",
            MnistTable.TIME_STEPS,
            OptionalInt.of(10))
        .run()
        .parameters();
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.walk(temp.resolve("local"))) {
      return files.filter(file -> file.getFileName().toString().matches("rdd_.*")).toList();
    }
  }

  private static void awaitNoFiles() throws IOException, InterruptedException {
    for (int tries = 0; tries < 300 && !files().isEmpty(); tries++) {
      Thread.sleep(100);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void bitsAreThoseOfMemoryAndFilesAreDeleted() throws Exception {
    float[] expected = LocalOracle.parameters(IMAGES, UNITS, SETTINGS);
    assertThat(train("resident")).containsExactly(expected);
    assertThat(train("job")).containsExactly(expected);
    awaitNoFiles();
  }

  /** By worker, of its samples in another order. */
  private static Map<Integer, String> digests(RddShards shards) {
    Map<Integer, String> digests = new TreeMap<>();
    ResultStream.forEach(
        shards.of(WorkerGroups.of(WORKERS, 2)),
        group ->
            new Parcel<>(
                group.value().stream()
                    .map(
                        shard -> {
                          int size = shard.kept().size();
                          int[] order = IntStream.range(0, size).map(i -> size - 1 - i).toArray();
                          return Map.entry(
                              shard.worker(), shard.kept().take(order, 0, size).sha256());
                        })
                    .toList()),
        (Parcel<List<Map.Entry<Integer, String>>> group) ->
            group.value().forEach(entry -> digests.put(entry.getKey(), entry.getValue())),
        StopRequest.NEVER,
        jobs -> {});
    return digests;
  }

  @Test
  void filesThatAreDamagedOrLostAreBuiltAgain() throws Exception {
    Network network = Network.elman(28, 28, List.of(UNITS), Activation.TANH, 10);
    try (TableSamples samples =
            TableSamples.read(table, "features", MnistTable.TIME_STEPS, OptionalInt.of(10));
        RddShards shards =
            RddShards.materialise(
                samples.inOrder(), TableSamples.READER, WORKERS, network, ShardsChoice.DISK)) {
      Map<Integer, String> expected = digests(shards);
      assertThat(expected).hasSize(WORKERS);

      List<Path> files = shardFiles();
      assertThat(files).hasSize(WORKERS);
      byte[] damaged = Files.readAllBytes(files.get(0));
      damaged[damaged.length / 2] ^= 1;
      Files.write(files.get(0), damaged);
      Files.write(files.get(1), new byte[100]);
      Files.delete(files.get(2));
      assertThat(digests(shards)).isEqualTo(expected);
      assertThat(shardFiles()).hasSizeGreaterThanOrEqualTo(WORKERS);

      lose("0");
      assertThat(digests(shards)).isEqualTo(expected);
    }
    awaitNoFiles();
  }

  private static void lose(String executor) throws InterruptedException {
    spark.sparkContext().killAndReplaceExecutor(executor);
    for (int tries = 0; tries < 300 && isThere(executor); tries++) {
      Thread.sleep(100);
    }
    assertThat(isThere(executor)).isFalse();
  }

  private static boolean isThere(String executor) {
    return JavaConverters.seqAsJavaList(spark.sparkContext().statusStore().executorList(true))
        .stream()
        .anyMatch(one -> one.id().equals(executor));
  }

  /** Those that are of shards, not of samples that Spark keeps. */
  private static List<Path> shardFiles() throws IOException {
    int rdd =
        JavaSparkContext.fromSparkContext(spark.sparkContext())
            .getPersistentRDDs()
            .values()
            .stream()
            .filter(kept -> "shards on disk".equals(kept.name()))
            .mapToInt(JavaRDD::id)
            .findFirst()
            .getAsInt();
    return files().stream()
        .filter(file -> file.getFileName().toString().startsWith("rdd_%d_".formatted(rdd)))
        .toList();
  }

  @Test
  void aTableOfThreeTimesTheHeapIsTrained() throws Exception {
    assertThat(LargeTable.bytes(LARGE_ROWS)).isGreaterThan(3L * HEAP_MIB << 20);
    Path local = Files.createDirectory(temp.resolve("large"));
    String printed =
        Jdk.running()
            .start(
                // Of less than 450 MiB, Spark starts only with a smaller reserve.
                Jdk.withVectorModule(
                    "-Xmx" + HEAP_MIB + "m",
                    "-Dspark.testing.reservedMemory=" + (32 << 20),
                    "-Dspark.local.dir=" + local),
                System.getProperty("java.class.path"),
                LargeTable.class.getName(),
                List.of(String.valueOf(LARGE_ROWS), "auto"),
                temp.resolve("large.log"))
            .awaitOutput();
    assertThat(printed).contains("parameters " + LargeTable.expected(LARGE_ROWS));
    assertThat(local).isEmptyDirectory();
  }
}
