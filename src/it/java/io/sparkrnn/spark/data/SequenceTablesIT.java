package io.sparkrnn.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.data.Axes;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.model.TargetScale;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables in all formats become the datasets that they say. */
class SequenceTablesIT {
  private static SparkSession spark;

  @TempDir private Path temp;

  @BeforeAll
  static void start() {
    spark = Tables.session();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private TableData read(String train, String hocon) {
    return Tables.read(spark, train, hocon);
  }

  private static final String PLAIN =
      "model.task = classify\ntable { features = [x], label = y, standardise = none }";

  @Test
  void nestedArraysHaveLengthsOfTheirOwn() throws IOException {
    String table =
        Tables.write(
            temp,
            "t.jsonl.gz",
            "{\"x\":[[1,2],[3,4],[5,6]],\"y\":0}",
            "{\"x\":[[7,8]],\"y\":2}",
            "{\"x\":[[9,10.5],[11,12]],\"y\":1}");
    TableData data = read(table, PLAIN);
    assertThat(data.trainingSize()).isEqualTo(3);
    assertThat(data.timeSteps()).isEqualTo(3);
    assertThat(data.inputSize()).isEqualTo(2);
    assertThat(data.classes()).isEqualTo(3);
    assertThat(data.preparation().orElseThrow().features()).containsExactly("x[0]", "x[1]");
    SequenceDataset training = data.training();
    for (int sample = 0; sample < 3; sample++) {
      assertThat(training.length(sample)).isEqualTo(List.of(3, 2, 1).get(training.label(sample)));
    }
    assertThat(data.fingerprints()).hasSize(2);
    assertThat(data.fingerprints().get(0).name()).isEqualTo(table);
    assertThat(data.fingerprints().get(0).sha256()).isEqualTo(training.sha256());
  }

  @Test
  void columnsArraysAndVectorsOfTheSameNumbersAreTheSame() throws IOException {
    String csv = Tables.write(temp, "t.csv", "y,t0,t1,t2,t3", "0,1,2,3,4", "1,5,6,7,8");
    String json =
        Tables.write(temp, "t.json", "{\"x\":[5,6,7,8],\"y\":1}", "{\"x\":[1,2,3,4],\"y\":0}");
    StructType schema =
        new StructType().add("x", SQLDataTypes.VectorType()).add("y", DataTypes.DoubleType);
    List<Row> rows =
        List.of(
            RowFactory.create(Vectors.dense(1, 2, 3, 4), 0.0),
            RowFactory.create(Vectors.dense(5, 6, 7, 8), 1.0));
    String parquet = temp.resolve("t.parquet").toString();
    spark.createDataFrame(rows, schema).repartition(2).write().parquet(parquet);
    String flat = PLAIN + "\ntable.inputs = 2";
    TableData expected = read(json, flat);
    assertThat(expected.timeSteps()).isEqualTo(2);
    assertThat(expected.training().hasEqualLengths()).isTrue();
    assertThat(read(parquet, flat).training().sha256()).isEqualTo(expected.training().sha256());
    assertThat(read(csv, flat + "\ntable.features = [\"t*\"]").training().sha256())
        .isEqualTo(expected.training().sha256());
  }

  @Test
  void neitherPartitionsNorTheOrderOfRowsMatter() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      lines.add("{\"x\":[%d.25,%d],\"y\":\"c%d\"}".formatted(i, i * i % 7, i % 3));
    }
    String one = Tables.write(temp, "one.json", lines.toArray(String[]::new));
    Path directory = Files.createDirectory(temp.resolve("many"));
    for (int i = 4; i >= 0; i--) {
      Tables.write(
          directory, "part-" + i + ".json", lines.subList(8 * i, 8 * i + 8).toArray(String[]::new));
    }
    String hocon =
        """
        model.task = classify
        table { features = [x], label = y, test = "%s" }
        data.validation = 9
        training { workers = 3, seed = 4 }
        """
            .formatted(one);
    TableData first = read(one, hocon);
    TableData second = read(directory.toString(), hocon);
    assertThat(first.size(Part.VALIDATION)).isEqualTo(9);
    assertThat(first.preparation().orElseThrow().classes()).containsExactly("c0", "c1", "c2");
    assertThat(second.preparation().orElseThrow()).isEqualTo(first.preparation().orElseThrow());
    for (int worker = 0; worker < 3; worker++) {
      assertThat(second.shard(worker).samples().sha256())
          .isEqualTo(first.shard(worker).samples().sha256());
    }
    assertThat(second.part(Part.VALIDATION).sha256())
        .isEqualTo(first.part(Part.VALIDATION).sha256());
    assertThat(first.trainingSize()).isEqualTo(31);
  }

  @Test
  void standardisedTrainingChannelsHaveMean0AndDeviation1() throws IOException {
    String train =
        Tables.write(
            temp,
            "t.json",
            "{\"x\":[[1,7],[3,7]],\"y\":10}",
            "{\"x\":[[5,7]],\"y\":20}",
            "{\"x\":[[7,7]],\"y\":60}");
    TableData data = read(train, "model.task = regress\ntable { features = [x], targets = [y] }");
    assertThat(data.preparation().orElseThrow().channels().means()).containsExactly(4.0, 7.0);
    assertThat(data.preparation().orElseThrow().channels().deviations())
        .containsExactly(Math.sqrt(5), 1.0);
    assertThat(data.inputRange().mean()).isCloseTo(0, within(1e-7));
    SequenceDataset training = data.training();
    assertThat(training.readings()).isEqualTo(Readings.ONE);
    double sum = 0;
    for (int sample = 0; sample < 3; sample++) {
      sum += data.preparation().orElseThrow().targets().original(0, training.target(sample, 0, 0));
    }
    assertThat(sum).isCloseTo(90, within(1e-4));
  }

  @Test
  void missingNumbersAreFilledAndMarked() throws IOException {
    String train =
        Tables.write(temp, "t.json", "{\"x\":[1,null,3],\"y\":0}", "{\"x\":[null,5,6],\"y\":1}");
    TableData data = read(train, PLAIN + "\ntable.missing = mask");
    assertThat(data.inputSize()).isEqualTo(2);
    SequenceDataset training = data.training();
    int first = training.label(0) == 0 ? 0 : 1;
    assertThat(training.subset(new int[] {first}).batch(new int[] {0}, Axes.BATCH_FIRST))
        .containsExactly(1, 1, 1, 0, 3, 1);
  }

  @Test
  void textsOfCharactersAndWordsHaveIds() throws IOException {
    String train =
        Tables.write(temp, "t.json", "{\"t\":\"abba\",\"y\":\"x\"}", "{\"t\":\"b𝄞\",\"y\":\"z\"}");
    String test = Tables.write(temp, "u.json", "{\"t\":\"q b\",\"y\":\"z\"}");
    TableData data =
        read(
            train,
            "model.task = classify\ntable { text = t, label = y, test = \"%s\" }".formatted(test));
    assertThat(data.preparation().orElseThrow().vocabulary().tokens())
        .containsExactly("b", "a", "𝄞");
    assertThat(data.inputSize()).isZero();
    SequenceDataset tested = data.part(Part.TEST);
    assertThat(IntStream.range(0, 3).map(step -> tested.id(0, 0, step))).containsExactly(1, 1, 2);
    assertThat(tested.label(0)).isEqualTo(1);
    TableData words =
        read(
            train,
            "model.task = classify\ntable { text = t, label = y, tokens = words, test = \"%s\" }"
                .formatted(train));
    assertThat(words.preparation().orElseThrow().vocabulary().tokens())
        .containsExactly("abba", "b𝄞");
  }

  @Test
  void labelsOfStepsAndQueriesAreRead() throws IOException {
    String train =
        Tables.write(
            temp,
            "t.jsonl",
            "{\"w\":[\"On\",\"it\"],\"g\":[\"P\",\"N\"]}",
            "{\"w\":[\"it\"],\"g\":[\"N\"]}");
    TableData data =
        read(
            train,
            """
            model.task = label-steps
            table {
              query = "SELECT transform(w, x -> lower(x)) AS w, g FROM input"
              text = w, label = g, vocabulary-min-count = 2
            }
            """);
    assertThat(data.preparation().orElseThrow().vocabulary().tokens()).containsExactly("it");
    assertThat(data.preparation().orElseThrow().classes()).containsExactly("N", "P");
    assertThat(data.training().readings()).isEqualTo(Readings.EVERY_STEP);
  }

  @Test
  void weightsAndStaticsAreRead() throws IOException {
    String train =
        Tables.write(
            temp,
            "t.json",
            "{\"x\":[1],\"y\":[4],\"w\":0.5,\"s\":true}",
            "{\"x\":[2,3],\"y\":[5,6],\"w\":0,\"s\":false}");
    TableData data =
        read(
            train,
            "model.task = regress\ntable { features = [x], targets = [y], weight = w, statics = [s], standardise = none }");
    SequenceDataset training = data.training();
    int shorter = training.length(0) == 1 ? 0 : 1;
    assertThat(training.readings()).isEqualTo(Readings.EVERY_STEP);
    assertThat(training.weight(shorter, 0)).isEqualTo(0.5f);
    assertThat(training.weight(1 - shorter, 1)).isZero();
    assertThat(training.fixed(shorter, 0)).isEqualTo(1);
  }

  @Test
  void countsStayAsTheyAre() throws IOException {
    String train = Tables.write(temp, "t.json", "{\"x\":[1],\"y\":4}", "{\"x\":[3],\"y\":0}");
    TableData data =
        read(
            train,
            "model { task = regress, loss = poisson }\ntable { features = [x], targets = [y] }");
    assertThat(data.preparation().orElseThrow().targets()).isEqualTo(TargetScale.IDENTITY);
    assertThat(data.preparation().orElseThrow().channels().means()).containsExactly(2.0);
  }

  @Test
  void whatSaysYesOrNoAndWhatIsNamedIsNotStandardised() throws IOException {
    String train =
        Tables.write(
            temp, "t.json", "{\"x\":[[0,5,5]],\"y\":0}", "{\"x\":[[1,7,7],[0,9,9]],\"y\":1}");
    TableData data = read(train, "table { features = [x], label = y, unscaled = [\"x[2]\"] }");
    assertThat(data.preparation().orElseThrow().channels().means()).containsExactly(0.0, 7.0, 0.0);
    assertThat(data.preparation().orElseThrow().channels().deviations())
        .containsExactly(1.0, Math.sqrt(8 / 3.0), 1.0);
  }

  @Test
  void executorsGetTheSamplesByTheBroadcast() throws Exception {
    String train = Tables.write(temp, "t.json", "{\"x\":[1],\"y\":0}", "{\"x\":[2],\"y\":1}");
    TableData data = read(train, PLAIN);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(data);
    }
    assertThat(bytes.size()).isLessThan(20_000);
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      TableData travelled = (TableData) in.readObject();
      assertThat(travelled.shard(0).samples().sha256()).isEqualTo(data.shard(0).samples().sha256());
      assertThat(travelled.size(Part.TEST)).isEqualTo(2);
      assertThat(travelled.streams(Part.TEST)).isZero();
    }
  }
}
