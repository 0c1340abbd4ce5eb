package io.sparkrnn.spark.data;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A text becomes streams of windows, each of which goes on where the one before it ended. */
class TextTablesIT {
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

  private static final String MODEL =
      """
      model.task = language-model
      table { window-steps = 3, validation-from = "0.5", test-from = "0.75" }
      training { workers = 2, minibatch-size = 2 }
      """;

  private String text() throws IOException {
    String letters =
        IntStream.range(0, 400)
            .mapToObj(i -> i % 20 == 19 ? "\n" : Character.toString('a' + i * i % 23))
            .collect(Collectors.joining());
    return Tables.write(temp, "t.txt", letters);
  }

  /** What a sample reads and what it is to say, as text. */
  private static String window(TableData data, SequenceDataset part, int sample) {
    StringBuilder window = new StringBuilder();
    List<String> tokens = data.preparation().orElseThrow().vocabulary().tokens();
    int length = part.length(sample);
    for (int step = 0; step < length; step++) {
      window.append(tokens.get(part.id(0, sample, step) - 2));
    }
    return window.append(tokens.get(part.label(sample, length - 1) - 2)).toString();
  }

  @Test
  void streamsGoOnFromWindowToWindow() throws IOException {
    String file = text();
    String text = Files.readString(Path.of(file)).substring(0, 400);
    TableData data = Tables.read(spark, file, MODEL);
    // 200 characters to train on, of which 4 streams have 49 each, 16 windows of 3.
    assertThat(data.trainingSize()).isEqualTo(64);
    assertThat(data.classes()).isEqualTo(data.preparation().orElseThrow().vocabulary().size());
    for (int worker = 0; worker < 2; worker++) {
      SequenceDataset shard = data.shard(worker).samples();
      assertThat(shard.size()).isEqualTo(32);
      for (int window = 0; window < 16; window++) {
        for (int stream = 0; stream < 2; stream++) {
          int start = (2 * worker + stream) * 49 + 3 * window;
          assertThat(window(data, shard, 2 * window + stream))
              .isEqualTo(text.substring(start, start + 4));
        }
      }
    }
    // 100 characters in 64 streams of one each.
    assertThat(data.streams(Part.TEST)).isEqualTo(64);
    assertThat(data.size(Part.TEST)).isEqualTo(64);
    assertThat(data.part(Part.TEST).length(0)).isEqualTo(1);
    assertThat(window(data, data.part(Part.TEST), 5)).isEqualTo(text.substring(305, 307));
  }

  @Test
  void theLastWindowsOfAnEvaluationMayBeShorter() throws IOException {
    String file = text();
    String test = Tables.write(temp, "u.txt", "abcd".repeat(81));
    TableData data =
        Tables.read(
            spark, file, MODEL + "table { test-from = \"\", test = \"%s\" }".formatted(test));
    // 324 characters: 64 streams of 5, windows of 3 and of 2.
    SequenceDataset part = data.part(Part.TEST);
    assertThat(part.size()).isEqualTo(128);
    assertThat(part.length(63)).isEqualTo(3);
    assertThat(part.length(64)).isEqualTo(2);
    assertThat(part.label(0, 2)).isEqualTo(part.id(0, 64, 0));
  }

  @Test
  void theVocabularyIsThatOfTheTrainingPart() throws IOException {
    String file = Tables.write(temp, "t.txt", "ab".repeat(50), "zz".repeat(60));
    TableData data = Tables.read(spark, file, MODEL.replace("0.75", "0.8"));
    assertThat(data.preparation().orElseThrow().vocabulary().tokens())
        .containsExactlyInAnyOrder("a", "b", "\n", "z")
        .startsWith("a", "b");
    TableData earlier = Tables.read(spark, file, MODEL.replace("0.5", "0.4"));
    assertThat(earlier.preparation().orElseThrow().vocabulary().tokens()).containsExactly("a", "b");
    assertThat(earlier.part(Part.TEST).id(0, 0, 0)).isEqualTo(1);
  }

  @Test
  void filesOfADirectoryAreReadByName() throws IOException {
    Path directory = Files.createDirectory(temp.resolve("d"));
    // Spark alone would begin with the longest.
    Tables.write(directory, "2.txt", "ba".repeat(200));
    Tables.write(directory, "1.txt.gz", "xy".repeat(90));
    String one = Tables.write(temp, "one.txt", "xy".repeat(90), "ba".repeat(200));
    assertThat(Tables.read(spark, directory.toString(), MODEL).training().sha256())
        .isEqualTo(Tables.read(spark, one, MODEL).training().sha256());
  }

  @Test
  void wordsAreTokensAndSoAreLineFeeds() throws IOException {
    String file = Tables.write(temp, "w.txt", "one two".repeat(30), " two  one ".repeat(60));
    TableData data = Tables.read(spark, file, MODEL + "table.tokens = words");
    assertThat(data.preparation().orElseThrow().vocabulary().tokens()).contains("one", "two", "\n");
  }
}
