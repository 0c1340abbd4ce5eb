package io.sparkrnn.spark.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model is tested on later is what it was tested on when it was trained. */
class TestTableIT {
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

  /** Only the test part is as it was. */
  private static void assertSameTest(String train, String hocon, Loss loss) {
    TableData trained = Tables.read(spark, train, hocon);
    int outputs = loss.ofClasses() ? trained.classes() : trained.targetSize();
    Network network =
        new Network(
            new Input(trained.timeSteps(), 1),
            List.of(new Layer("lstm", 1)),
            new Head(loss, outputs, Reads.LAST));
    TableData again =
        TestTable.read(
            spark,
            Tables.configuration(train, hocon),
            network,
            trained.preparation().orElseThrow());
    assertThat(again.part(Part.TEST).sha256()).isEqualTo(trained.part(Part.TEST).sha256());
    assertThat(again.streams(Part.TEST)).isEqualTo(trained.streams(Part.TEST));
    assertThat(again.size(Part.TEST)).isEqualTo(trained.size(Part.TEST)).isPositive();
    assertThat(again.trainingSize()).isZero();
    assertThat(again.size(Part.VALIDATION)).isZero();
  }

  @Test
  void ofSequencesWithNamesOfClasses() throws IOException {
    String train =
        Tables.write(
            temp,
            "t.jsonl",
            "{\"x\":[1,2,3],\"w\":\"a b c\",\"y\":\"p\"}",
            "{\"x\":[9,8],\"w\":\"c d\",\"y\":\"q\"}");
    String test = Tables.write(temp, "u.jsonl", "{\"x\":[5,7],\"w\":\"d e\",\"y\":\"q\"}");
    assertSameTest(
        train,
        "model.task = classify\ntable { features = [x], text = w, tokens = words, label = y, test = \"%s\" }"
            .formatted(test),
        Loss.softmax());
  }

  @Test
  void ofWindowsOfTheLaterPartOfSeries() throws IOException {
    String train =
        Tables.write(
            temp,
            "t.csv",
            IntStream.range(0, 41)
                .mapToObj(i -> i == 0 ? "t,v" : "%d,%d".formatted(i, i * i % 17))
                .toArray(String[]::new));
    assertSameTest(
        train,
        "model.task = forecast\ntable { features = [v], targets = [v], time = t, window-steps = 4, horizon-steps = 2, test-from = 30 }",
        new Loss.Squared());
  }

  @Test
  void ofTexts() throws IOException {
    String train = Tables.write(temp, "t.txt", "the quick brown fox", "jumps over the lazy dog");
    assertSameTest(
        train,
        "model.task = language-model\ntable { window-steps = 3, test-from = 0.7 }",
        Loss.softmax());
  }
}
