package io.sparkrnn.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.Jdk;
import io.sparkrnn.Proof;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.config.ShardsChoice;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.data.RddShards;
import io.sparkrnn.spark.data.SampleReader.Samples;
import io.sparkrnn.spark.data.TableSamples;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.spark.rounds.SmallTraining;
import io.sparkrnn.spark.rounds.SparkRounds;
import io.sparkrnn.spark.shards.WorkerGroups;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.Utils$;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import scala.collection.JavaConverters;

/** Shards on disk have the bits of shards in memory, whatever becomes of their files. */
class TablesOnDiskIT {
  private static final MnistTable.Images IMAGES = MnistTable.first(203);
  private static final int WORKERS = 3;
  private static final int HEAP_MIB = 144;
  private static final Network NETWORK = Network.elman(28, 28, List.of(11), Activation.TANH, 10);

  @TempDir private static Path temp;
  private static JavaSparkContext context;

  @BeforeAll
  static void start() {
    context =
        SmallTraining.context(
            "local-cluster[2,1,1024]",
            Map.of(
                "spark.serializer", "org.apache.spark.serializer.KryoSerializer",
                "spark.io.encryption.enabled", "true"));
  }

  @AfterAll
  static void stop() {
    context.stop();
  }

  private static RddShards onDisk() {
    return kept(ShardsChoice.DISK);
  }

  private static RddShards kept(ShardsChoice choice) {
    List<Parcel<Samples>> samples =
        IntStream.range(0, IMAGES.labels().length)
            .mapToObj(i -> new Samples(IMAGES.pixels()[i], new int[] {IMAGES.labels()[i]}, 28))
            .map(Parcel::new)
            .toList();
    return RddShards.materialise(
        context.parallelize(samples, 4),
        TableSamples.READER,
        WORKERS,
        NETWORK,
        new RddShards.Keeping(choice, Integer.MAX_VALUE));
  }

  private static Training<TrainingData> training(TrainingData data) {
    return new Training<>(
        ConfigurationLoader.parse(
            """
            training {
              epochs = 2, workers = 3, minibatch-size = 16, averaging-frequency = 2
              shift-pixels = 1
            }
            """,
            "test"),
        data,
        new RnnTopology("rnn", NETWORK));
  }

  private static float[] train(TrainingData data, RoundRunner runner) {
    Training<TrainingData> training = training(data);
    return training.run("portable", runner, training.randomStart()).evaluated().parameters();
  }

  /** Those of shards, where this JVM's first cluster of Spark has put its directories. */
  private static List<Path> files() {
    List<Path> files = new ArrayList<>();
    for (String root : Utils$.MODULE$.getOrCreateLocalRootDirs(context.getConf())) {
      addFiles(new File(root), files);
    }
    return files;
  }

  /** What is deleted meanwhile is not there. */
  private static void addFiles(File from, List<Path> files) {
    File[] entries = from.listFiles();
    if (entries != null) {
      List.of(entries).forEach(entry -> addFiles(entry, files));
    } else if (from.getName().startsWith("rdd_")) {
      files.add(from.toPath());
    }
  }

  private static void awaitNoFiles() throws InterruptedException {
    for (int tries = 0; tries < 300 && !files().isEmpty(); tries++) {
      Thread.sleep(100);
    }
    assertThat(files()).isEmpty();
  }

  @Test
  void bitsAreThoseOfMemoryAndFilesAreDeleted() throws Exception {
    int[] inOrder = IntStream.range(0, IMAGES.labels().length).toArray();
    TrainingData data = new DealtImages(IMAGES, inOrder, WORKERS);
    float[] expected =
        train(
            data,
            new LocalRoundRunner(
                training(data).recipe(), Ops.named("portable"), data, StopRequest.NEVER));
    for (RoundsChoice choice : List.of(RoundsChoice.RESIDENT, RoundsChoice.JOB)) {
      try (RddShards shards = onDisk();
          RoundRunner runner =
              SparkRounds.of(
                  context,
                  choice,
                  training(shards.data()).recipe(),
                  "portable",
                  shards.data(),
                  shards,
                  StopRequest.NEVER)) {
        assertThat(files()).hasSize(WORKERS);
        try (RddShards inMemory = kept(ShardsChoice.MEMORY)) {
          assertThat(shards.sha256s()).isEqualTo(inMemory.sha256s());
        }
        assertThat(train(shards.data(), runner)).containsExactly(expected);
      }
      awaitNoFiles();
    }
  }

  /** By worker, of its samples from the last to the first. */
  private static Map<Integer, String> digests(RddShards shards) {
    Map<Integer, String> digests = new TreeMap<>();
    ResultStream.forEach(
        shards.of(WorkerGroups.of(WORKERS, 2)),
        group -> group.value().stream().map(TablesOnDiskIT::digest).toList(),
        (List<Map.Entry<Integer, String>> ofGroup) ->
            ofGroup.forEach(entry -> digests.put(entry.getKey(), entry.getValue())),
        StopRequest.NEVER,
        jobs -> {});
    return digests;
  }

  private static Map.Entry<Integer, String> digest(Shard shard) {
    int size = shard.kept().size();
    int[] backwards = IntStream.range(0, size).map(i -> size - 1 - i).toArray();
    return new AbstractMap.SimpleEntry<>(
        shard.worker(), shard.kept().take(backwards, 0, size).sha256());
  }

  @Test
  void filesThatAreDamagedOrLostAreBuiltAgain() throws Exception {
    try (RddShards shards = onDisk()) {
      Map<Integer, String> expected = digests(shards);
      assertThat(expected).hasSize(WORKERS);

      List<Path> files = files();
      byte[] damaged = Files.readAllBytes(files.get(0));
      damaged[damaged.length / 2] ^= 1;
      Files.write(files.get(0), damaged);
      Files.write(files.get(1), new byte[100]);
      Files.delete(files.get(2));
      assertThat(digests(shards)).isEqualTo(expected);
      assertThat(files()).hasSizeGreaterThanOrEqualTo(WORKERS);
      assertThat(files.get(0))
          .satisfiesAnyOf(
              file -> assertThat(file).doesNotExist(),
              file -> assertThat(Files.readAllBytes(file)).isNotEqualTo(damaged));

      lose("0");
      assertThat(digests(shards)).isEqualTo(expected);
    }
    awaitNoFiles();
  }

  private static void lose(String executor) throws InterruptedException {
    context.sc().killAndReplaceExecutor(executor);
    for (int tries = 0; tries < 300 && isThere(executor); tries++) {
      Thread.sleep(100);
    }
    assertThat(isThere(executor)).isFalse();
  }

  private static boolean isThere(String executor) {
    return JavaConverters.seqAsJavaList(context.sc().statusStore().executorList(true)).stream()
        .anyMatch(one -> one.id().equals(executor));
  }

  /** Three times the heap, or once. */
  static int rows() {
    return Proof.times(40_600, 13_600);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vectors", "nested"})
  void aTableThatIsLargerThanTheHeapIsTrained(String columns) throws Exception {
    int rows = rows();
    assertThat(LargeTable.bytes(rows)).isGreaterThan(HEAP_MIB << 20);
    Path local = Files.createDirectory(temp.resolve(columns));
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
                List.of(String.valueOf(rows), columns),
                temp.resolve(columns + ".log"))
            .awaitOutput();
    assertThat(printed).contains("parameters " + LargeTable.expected(rows));
    assertThat(local).isEmptyDirectory();
  }
}
