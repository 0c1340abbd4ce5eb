package io.sparkrnn.spark.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.sparkrnn.data.Axes;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Series are split by time before windows are cut, and nothing of a later part is trained on. */
class SeriesTablesIT {
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

  /** Two series of 20 readings: value 100 s + t, calendar t, in no order. */
  private String series() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int series = 0; series < 2; series++) {
      for (int t = 0; t < 20; t++) {
        lines.add("s%d,%d,%d,%d".formatted(series, t, 100 * series + t, t));
      }
    }
    Collections.shuffle(lines, new Random(1));
    lines.add(0, "s,t,v,c");
    return Tables.write(temp, "s.csv", lines.toArray(String[]::new));
  }

  private static final String FORECAST =
      """
      model.task = forecast
      table {
        features = [v, c], targets = [v], series = s, time = t, standardise = none
        window-steps = 4, stride-steps = 3, horizon-steps = 2, known-ahead = [c]
        validation-from = "12", test-from = "16"
      }
      """;

  @Test
  void windowsOfEachPartAreCutWithinIt() throws IOException {
    TableData data = read(series(), FORECAST);
    SequenceDataset training = data.training();
    // Of 12 steps, from 0, 3 and 6: the last target is of step 6 + 3 + 2.
    assertThat(training.size()).isEqualTo(6);
    assertThat(training.readings()).isEqualTo(Readings.EVERY_STEP);
    float[] inputs = training.batch(new int[] {1, 3}, Axes.BATCH_FIRST);
    assertThat(inputs).containsExactly(3, 5, 4, 6, 5, 7, 6, 8, 100, 2, 101, 3, 102, 4, 103, 5);
    assertThat(training.target(2, 3, 0)).isEqualTo(11);
    assertThat(training.target(3, 0, 0)).isEqualTo(102);
    // Of steps 12 and 13, whose targets are of 14 and 15; with history from before.
    SequenceDataset validation = data.part(Part.VALIDATION);
    assertThat(validation.size()).isEqualTo(4);
    assertThat(validation.batch(new int[] {0}, Axes.BATCH_FIRST))
        .containsExactly(9, 11, 10, 12, 11, 13, 12, 14);
    assertThat(validation.weight(0, 2)).isZero();
    assertThat(validation.weight(0, 3)).isEqualTo(1);
    assertThat(validation.target(0, 3, 0)).isEqualTo(14);
    SequenceDataset test = data.part(Part.TEST);
    assertThat(test.target(3, 3, 0)).isEqualTo(119);
    assertThat(data.baselines().get("last value")).containsExactly(16, 17, 116, 117);
    assertThat(data.preparation().orElseThrow().features()).containsExactly("v", "c");
    assertThat(data.fingerprints()).extracting("name").doesNotHaveDuplicates().hasSize(3);
  }

  @Test
  void withoutWindowsEachSeriesIsOneSequence() throws IOException {
    String table = series();
    TableData data =
        read(
            table,
            "model.task = regress\ntable { features = [c], targets = [v], series = s, time = t, test = \"%s\" }"
                .formatted(table));
    assertThat(data.trainingSize()).isEqualTo(2);
    assertThat(data.timeSteps()).isEqualTo(20);
    assertThat(data.size(Part.TEST)).isEqualTo(2);
    assertThat(data.baselines()).isEmpty();
  }

  @Test
  void eachSeriesMayHaveAScaleOfItsOwn() throws IOException {
    TableData data = read(series(), FORECAST + "table.standardise = series");
    assertThat(data.preparation().orElseThrow().channels().isNone()).isTrue();
    assertThat(data.preparation().orElseThrow().series().keySet()).containsExactly("s0", "s1");
    assertThat(data.preparation().orElseThrow().series().get("s1").means())
        .containsExactly(105.5, 5.5);
    assertThat(data.preparation().orElseThrow().targets().means().get(0))
        .isCloseTo(55.5, within(1e-9));
    // Both look the same then.
    assertThat(data.training().batch(new int[] {0}, Axes.BATCH_FIRST))
        .isEqualTo(data.training().batch(new int[] {3}, Axes.BATCH_FIRST));
  }

  /** Numbers, words and classes that only later parts have, so extreme that any trace shows. */
  @ParameterizedTest
  @ValueSource(strings = {"channel", "series", "none"})
  void nothingOfALaterPartIsInTraining(String standardise) throws IOException {
    String hocon =
        """
        model.task = forecast
        table {
          features = [v, c], targets = [y], text = w, series = s, time = t, tokens = words
          window-steps = 5, horizon-steps = 3, known-ahead = [c], standardise = %s
          validation-from = "2024-01-21", test-from = "2024-01-26"
        }
        """
            .formatted(standardise);
    TableData clean = read(dated("clean.csv", 1, "later"), hocon);
    TableData planted = read(dated("planted.csv", 1e30f, "leak"), hocon);
    assertThat(planted.preparation().orElseThrow()).isEqualTo(clean.preparation().orElseThrow());
    assertThat(planted.training().sha256()).isEqualTo(clean.training().sha256());
    assertThat(planted.preparation().orElseThrow().vocabulary().tokens()).containsExactly("word");
    assertThat(planted.training().targetRange().highest()).isLessThan(1e3);
    assertThat(planted.inputRange().highest()).isLessThan(1e3);
    // 20 days before the boundary: windows of 5 steps whose targets are 3 days later.
    assertThat(planted.trainingSize()).isEqualTo(2 * (20 - 5 - 3 + 1));
    // The same numbers do show in the parts that they are planted in.
    assertThat(planted.part(Part.VALIDATION).sha256())
        .isNotEqualTo(clean.part(Part.VALIDATION).sha256());
    assertThat(planted.part(Part.TEST).inputRange().highest()).isGreaterThan(1e20);
  }

  private String dated(String name, float later, String word) throws IOException {
    List<String> lines = new ArrayList<>(List.of("s,t,v,c,y,w"));
    for (int series = 0; series < 2; series++) {
      for (int day = 1; day <= 31; day++) {
        boolean isLater = day >= 21;
        float factor = isLater ? later : 1;
        lines.add(
            "s%d,2024-01-%02d,%s,%s,%s,%s"
                .formatted(
                    series,
                    day,
                    day * factor,
                    day % 7 * factor,
                    day % 5 * factor,
                    isLater ? word : "word"));
      }
    }
    return Tables.write(temp, name, lines.toArray(String[]::new));
  }

  @Test
  void timesAreReadInAllForms() throws IOException {
    String[] times = {
      "2024-03-01T00:00:00Z", "2024-03-01 01:00:00", "2024-03-01T03:00:00+01:00", "2024-03-02"
    };
    List<String> lines = new ArrayList<>();
    for (int i = times.length - 1; i >= 0; i--) {
      lines.add("{\"t\":\"%s\",\"v\":%d}".formatted(times[i], i));
    }
    TableData data =
        read(
            Tables.write(temp, "t.json", lines.toArray(String[]::new)),
            "model.task = regress\ntable { features = [v], targets = [v], time = t, standardise = none, test-from = \"2024-03-02 00:00:00\" }");
    assertThat(data.training().batch(new int[] {0}, Axes.BATCH_FIRST)).containsExactly(0, 1, 2);
    assertThat(data.part(Part.TEST).target(0, 0, 0)).isEqualTo(3);
  }

  @Test
  void targetsHaveTheirLogarithmUndone() throws IOException {
    TableData data =
        read(
            series(),
            FORECAST
                + "table { target-transform = log1p, standardise = channel, horizon-steps = 0 }");
    SequenceDataset test = data.part(Part.TEST);
    assertThat(data.preparation().orElseThrow().targets().original(0, test.target(0, 3, 0)))
        .isCloseTo(16, within(1e-4));
    // Of the step before: that of the step itself is to be told.
    assertThat(data.baselines().get("last value")).startsWith(15, 16);
  }

  @Test
  void targetsThatAreMissingDoNotCountIfTheyMayBe() throws IOException {
    String table =
        Tables.write(temp, "m.csv", "t,v", "0,1", "1,", "2,3", "3,4", "4,5", "5,6", "6,7");
    TableData data =
        read(
            table,
            "model.task = forecast\ntable { features = [v], targets = [v], time = t, window-steps = 2, horizon-steps = 1, test-from = \"5\", missing = fill-forward, standardise = none }");
    assertThat(data.training().weight(0, 0)).isZero();
    assertThat(data.training().weight(0, 1)).isEqualTo(1);
    assertThat(data.training().batch(new int[] {0}, Axes.BATCH_FIRST)).containsExactly(1, 1);
  }
}
