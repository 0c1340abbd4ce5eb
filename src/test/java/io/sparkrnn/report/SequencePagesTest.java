package io.sparkrnn.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.Missing;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceColumns;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.model.Vocabulary;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Pages of runs on tables of sequences, one task after the other. */
class SequencePagesTest {
  private static final String HOSTILE = "</script><script>alert(1)</script>";
  private static final Pattern CHARTS =
      Pattern.compile("<script type=\"application/json\" id=\"charts\">(.*?)</script>");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Two samples, of two and of three time steps. */
  private static SequenceColumns columns() {
    return SequenceColumns.ofLengths(new int[] {2, 3});
  }

  private static SequenceDataset numbers() {
    return columns()
        .dense(new float[] {0, 5, 1, 5, 2, 5, 4, 5, 3, 5}, 2, Missing.REFUSE)
        .labels(new int[] {0, 1}, 2, Readings.ONE)
        .dataset();
  }

  private static SequenceDataset words(Readings readings) {
    int[] labels = readings == Readings.ONE ? new int[] {0, 1} : new int[] {0, 1, 0, 1, 0};
    return columns().ids(new int[] {2, 3, 4, 1, 2}).labels(labels, 2, readings).dataset();
  }

  private static Preparation preparation(Vocabulary vocabulary, String... classes) {
    return new Preparation(
        List.of(), ChannelScale.NONE, Map.of(), vocabulary, List.of(classes), TargetScale.IDENTITY);
  }

  private static ObjectNode test() {
    ObjectNode test = JSON.createObjectNode();
    test.put("accuracy", 0.5).put("loss", 0.7).put("samples", 2);
    return test;
  }

  private static void mistake(ObjectNode test, int sample, int step) {
    test.withArray("worst")
        .addObject()
        .put("sample", sample)
        .put("label", 1)
        .put("predicted", 0)
        .put("probability", 0.9)
        .put("labelProbability", 0.1)
        .put("step", step);
  }

  private static void confusion(ObjectNode test, int classes) {
    ArrayNode rows = test.putArray("confusion");
    for (int actual = 0; actual < classes; actual++) {
      ArrayNode row = rows.addArray();
      for (int predicted = 0; predicted < classes; predicted++) {
        row.add(actual == predicted ? 8 : actual == 1 && predicted == 0 ? 2 : 0);
      }
    }
  }

  private static String page(ObjectNode test, String configuration, TestSamples samples) {
    ObjectNode run = JSON.createObjectNode();
    run.put("status", "succeeded").put("runId", "r").put("model", "m").put("topology", "t");
    run.put("engine", "local").put("attempt", 1);
    run.set("test", test);
    return new String(
        new ReportPage(
                RunRecord.read(run.toString().getBytes(UTF_8), "a test"),
                ConfigurationLoader.parse(configuration, "a test"),
                Optional.ofNullable(samples))
            .html(),
        UTF_8);
  }

  private static JsonNode chart(String page, String id) throws Exception {
    Matcher charts = CHARTS.matcher(page);
    assertThat(charts.find()).isTrue();
    for (JsonNode chart : JSON.readTree(charts.group(1))) {
      if (chart.path("id").asText().equals(id)) {
        assertThat(page).contains("<canvas id=\"" + id + "\"");
        return chart;
      }
    }
    throw new AssertionError("no chart " + id);
  }

  @Test
  void sequencesOfUnequalLengthsAreLines() {
    ObjectNode test = test();
    confusion(test, 2);
    mistake(test, 0, 0);
    mistake(test, 1, 0);
    String page = page(test, "", new TestSamples(numbers(), Optional.empty()));
    assertThat(page)
        .contains("<polyline class=\"line-0\" points=\"3.0,97.0 157.0,78.2 \"/>")
        .contains("aria-label=\"Test sample 1: a 1, taken for 0\"")
        .contains("class=\"heat\"")
        .doesNotContain("<img", "cannot be shown");
  }

  @Test
  void classesHaveTheirNamesAndTheseCannotBecomeMarkup() {
    ObjectNode test = test();
    confusion(test, 2);
    mistake(test, 0, 0);
    test.putArray("classes").add("cat").add(HOSTILE);
    String escaped = "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;";
    String page = page(test, "", null);
    assertThat(page)
        .contains("<th scope=\"row\">cat</th>")
        .contains("<strong>" + escaped + " → cat</strong>")
        .doesNotContain(HOSTILE);
    Preparation prepared =
        preparation(new Vocabulary(Vocabulary.Unit.WORDS, List.of()), "dog", HOSTILE);
    page = page(test, "", new TestSamples(numbers(), Optional.of(prepared)));
    assertThat(page).contains("<th scope=\"row\">dog</th>").doesNotContain(HOSTILE);
  }

  @Test
  void ofManyClassesTheLargestConfusionsAreListed() {
    ObjectNode test = test();
    confusion(test, ClassResults.MOST_IN_MATRIX + 1);
    assertThat(page(test, "", null))
        .contains("<tr><th scope=\"row\">1</th><td>0</td><td>2</td><td>20.00 %</td></tr>")
        .contains("<th scope=\"row\">20</th>")
        .doesNotContain("class=\"heat\"");
    confusion(test, ClassResults.MOST_IN_MATRIX);
    assertThat(page(test, "", null))
        .contains("class=\"heat\"")
        .doesNotContain("The largest confusions");
  }

  @Test
  void moreClassesThanAreCountedAreSaid() {
    ObjectNode test = test();
    mistake(test, 0, 0);
    assertThat(page(test, "", null)).contains("There are too many classes to count");
  }

  @Test
  void textsAreSaidByTheirVocabulary() {
    ObjectNode test = test();
    mistake(test, 1, 0);
    Vocabulary words = new Vocabulary(Vocabulary.Unit.WORDS, List.of("one", "two", HOSTILE));
    String page =
        page(test, "", new TestSamples(words(Readings.ONE), Optional.of(preparation(words))));
    assertThat(page)
        .contains("&lt;/script&gt; \uFFFD one</td>")
        .contains("dir=\"auto\"")
        .doesNotContain(HOSTILE);
    page = page(test, "", new TestSamples(words(Readings.ONE), Optional.empty()));
    assertThat(page).contains("dir=\"auto\">4 1 2</td>");
  }

  @Test
  void mistakesOfTimeStepsHaveTheirPlace() {
    ObjectNode test = test();
    confusion(test, 2);
    mistake(test, 1, 2);
    Vocabulary words = new Vocabulary(Vocabulary.Unit.WORDS, List.of("one", "two", HOSTILE));
    String page =
        page(
            test,
            "model.task = label-steps",
            new TestSamples(
                words(Readings.EVERY_STEP), Optional.of(preparation(words, "NOUN", "VERB"))));
    assertThat(page)
        .contains("VERB → NOUN")
        .contains("no. 1, step 2")
        .contains("\uFFFD <mark>one</mark></td>")
        .contains("The largest confusions")
        .contains("nats, 2 time steps")
        .doesNotContain("95 % interval", HOSTILE);
  }

  @Test
  void classesOfALanguageModelAreTokens() {
    ObjectNode test = test();
    mistake(test, 0, 1);
    Vocabulary characters = new Vocabulary(Vocabulary.Unit.CHARACTERS, List.of(" ", "\n", "c"));
    ClassNames names = ClassNames.of(TaskName.LANGUAGE_MODEL, Optional.of(preparation(characters)));
    assertThat(names.names()).containsExactly("\u2205", "\uFFFD", "\u2423", "\u21B5", "c");
    String page =
        page(
            test,
            "model.task = language-model",
            new TestSamples(words(Readings.EVERY_STEP), Optional.of(preparation(characters))));
    assertThat(page).contains("\uFFFD → \u2205").contains("> <mark>\u21B5</mark></td>");
  }

  private static ObjectNode values() {
    ObjectNode test = JSON.createObjectNode();
    test.put("loss", 0.7).put("samples", 2);
    test.putObject("score").put("name", "rmse").put("value", 12.5);
    test.putObject("scores").put("rmse", 12.5).put("mae", 11);
    test.withArray("readings").addArray().add(0).add(0).add(0).add(100.5).add(90);
    test.withArray("readings").addArray().add(1).add(0).add(0).add(20).add(35);
    test.withArray("largestErrors")
        .addObject()
        .put("sample", 1)
        .put("step", 0)
        .put("target", 0)
        .put("actual", 20)
        .put("predicted", 35)
        .put("error", 15);
    return test;
  }

  @Test
  void predictedValuesAreBesideTheActualOnes() throws Exception {
    SequenceDataset samples =
        columns()
            .dense(new float[] {0, 1, 2, 4, 3}, 1, Missing.REFUSE)
            .targets(new float[] {1, 2}, 1, Readings.ONE)
            .dataset();
    String page =
        page(
            values(),
            "table { train = t.csv, test = t.csv, features = [x], targets = [\""
                + HOSTILE
                + "\"] }",
            new TestSamples(samples, Optional.empty()));
    JsonNode both = chart(page, "scatter-chart");
    assertThat(both.at("/series/0/places").toString()).isEqualTo("[100.5,20.0]");
    assertThat(both.at("/series/0/values").toString()).isEqualTo("[90.0,35.0]");
    assertThat(both.at("/series/1/places").toString()).isEqualTo("[20.0,100.5]");
    JsonNode residuals = chart(page, "residual-chart");
    assertThat(residuals.at("/series/0/places").toString()).isEqualTo("[0.0,1.0]");
    assertThat(residuals.at("/series/0/values").toString()).isEqualTo("[-10.5,15.0]");
    assertThat(page)
        .contains("2 of 2 predictions, evenly spread.")
        .contains("<strong>20 → 35</strong>")
        .contains("off by 15")
        .contains("<polyline class=\"line-0\"")
        .contains("test RMSE")
        .doesNotContain(HOSTILE, "nats", "class=\"heat\"", "cannot be shown");
  }

  @Test
  void valuesThatAreNoNumbersAreNotDrawn() throws Exception {
    ObjectNode test = values();
    test.withArray("readings").addArray().add(2).add(0).add(0).add("NaN").add("Infinity");
    assertThat(chart(page(test, "", null), "scatter-chart").at("/series/0/values")).hasSize(2);
  }

  @Test
  void anOddPartIsLeftOutWithASentence() {
    ObjectNode test = test();
    test.putArray("confusion").addArray().add(1).add(2);
    mistake(test, 99, 0);
    assertThat(page(test, "", new TestSamples(numbers(), Optional.empty())))
        .contains("The classes cannot be shown: ")
        .contains("<strong>1 → 0</strong>")
        .contains("Provenance");
  }

  @Test
  void aSampleThatCannotBeDrawnIsStillSaid() {
    ObjectNode test = test();
    mistake(test, 0, 7);
    Vocabulary none = new Vocabulary(Vocabulary.Unit.WORDS, List.of());
    assertThat(
            page(
                test,
                "model.task = label-steps",
                new TestSamples(words(Readings.EVERY_STEP), Optional.of(preparation(none)))))
        .contains("1 → 0")
        .contains("no. 0, step 7");
  }

  @Test
  void linesOfLongSequencesAreThinned() {
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 2 == 0 ? Float.NaN : i;
    }
    String picture = LinePicture.svg(values, 1, 3, 5000);
    assertThat(picture).hasSizeLessThan(3000).contains("class=\"mark\"").doesNotContain("NaN");
    assertThat(LinePicture.svg(new float[] {3}, 1, 1, -1)).contains("3.0,50.0 157,50.0");
    assertThat(LinePicture.svg(new float[] {Float.NaN}, 1, 1, -1)).doesNotContain("polyline");
  }

  @Test
  void numbersHaveFiveDigits() {
    assertThat(Numbers.significant(0)).isEqualTo("0");
    assertThat(Numbers.significant(100)).isEqualTo("100");
    assertThat(Numbers.significant(-12.3456789)).isEqualTo("-12.346");
    assertThat(Numbers.significant(1234567.8)).isEqualTo("1,234,568");
    assertThat(Numbers.significant(1.5e-9)).isEqualTo("1.5000e-09");
    assertThat(Numbers.significant(Double.NaN)).isEqualTo("NaN");
  }
}
