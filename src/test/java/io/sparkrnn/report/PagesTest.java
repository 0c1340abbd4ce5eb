package io.sparkrnn.report;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.SequenceDataset;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

/** Pages of the results in this test's resources, which are of a real run, cut to three classes. */
class PagesTest {
  private static final Pattern CHARTS =
      Pattern.compile("<script type=\"application/json\" id=\"charts\">(.*?)</script>");
  private static final Pattern LOADED =
      Pattern.compile("\\b(?:src|href)\\s*=\\s*[\"']?(?!data:|[\"'])[^\\s>]*|url\\(|@import");
  private static final RunConfiguration CONFIGURATION =
      ConfigurationLoader.parse(
          "training.epochs = 3\nhadoop { \"fs.secret.key\" = \"canary\" }", "a test");

  private static String result(String name) throws IOException {
    try (InputStream file = PagesTest.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), UTF_8);
    }
  }

  private static RunRecord run(String json) {
    return RunRecord.read(json.getBytes(UTF_8), "a test");
  }

  private static String page(String json) {
    return new String(
        new ReportPage(
                run(json), CONFIGURATION, Optional.of(new TestSamples(samples(), Optional.empty())))
            .html(),
        UTF_8);
  }

  /** Four samples of two time steps of three values. */
  private static SequenceDataset samples() {
    byte[] values = new byte[4 * 2 * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = (byte) (10 * i);
    }
    return SequenceDataset.ofBytes(values, new byte[] {0, 1, 2, 1}, 2, 3, 3);
  }

  private static String own(String page) {
    // Chart.js is not ours, and names addresses in its licence.
    int library = page.indexOf("* Chart.js");
    return page.substring(0, library) + page.substring(page.indexOf("</script>", library));
  }

  @Test
  void aPageLoadsNothing() throws IOException {
    for (String page :
        List.of(
            page(result("result.json")),
            comparison(result("result.json"), result("earlier.json")))) {
      assertThat(LOADED.matcher(own(page)).results().map(match -> match.group()).toList())
          .isEmpty();
      assertThat(own(page)).doesNotContain("http:", "https:", "//#");
      assertThat(page).contains("default-src 'none'").contains("Chart.js v4.4.9");
      assertThat(page).doesNotContain("sourceMappingURL");
    }
  }

  @Test
  void theSameRecordsGiveTheSameBytes() throws IOException {
    assertThat(page(result("result.json"))).isEqualTo(page(result("result.json")));
  }

  @Test
  void textsCannotBecomeMarkup() throws IOException {
    String hostile = "</script><script>alert(1)</script>";
    String page =
        page(
            result("result.json")
                .replace("20261126T040113Z-row-rnn-150-7ed7", hostile)
                .replace("AMD EPYC", hostile));
    assertThat(page).doesNotContain("alert(1)</script>").contains("alert(1)&lt;/script&gt;");
    String names =
        comparison(result("result.json").replace("row-rnn-150", hostile), result("earlier.json"));
    assertThat(names).doesNotContain("alert(1)</script>");
  }

  @Test
  void secretsAreMasked() throws IOException {
    assertThat(page(result("result.json"))).doesNotContain("canary");
    assertThat(comparison(result("result.json"), result("earlier.json"))).doesNotContain("canary");
  }

  private static JsonNode charts(String page) throws IOException {
    Matcher charts = CHARTS.matcher(page);
    assertThat(charts.find()).isTrue();
    return new ObjectMapper().readTree(charts.group(1));
  }

  private static JsonNode chart(String page, String id) throws IOException {
    for (JsonNode chart : charts(page)) {
      if (chart.path("id").asText().equals(id)) {
        assertThat(page).contains("<canvas id=\"" + id + "\"");
        return chart;
      }
    }
    throw new AssertionError("no chart " + id);
  }

  private static Stream<Double> values(JsonNode chart, int series) {
    return StreamSupport.stream(
            chart.at("/series/%d/values".formatted(series)).spliterator(), false)
        .map(JsonNode::asDouble);
  }

  @Test
  void curvesAreThoseOfTheHistory() throws IOException {
    String page = page(result("result.json"));
    JsonNode loss = chart(page, "loss-chart");
    assertThat(loss.path("labels")).extracting(JsonNode::asText).containsExactly("1", "2", "3");
    assertThat(loss.at("/series/0/name").asText()).isEqualTo("training");
    assertThat(values(loss, 0)).containsExactly(0.5, 0.25, 0.125);
    assertThat(values(loss, 1)).containsExactly(0.375, 0.25, 0.1875);
    assertThat(values(chart(page, "accuracy-chart"), 0)).containsExactly(87.5, 93.75, 96.875);
    assertThat(values(chart(page, "rate-chart"), 0)).containsExactly(0.001, 0.0005, 0.0);
    assertThat(values(chart(page, "speed-chart"), 0)).containsExactly(50.0, 100.0, 200.0);
    assertThat(chart(page, "time-chart").path("series"))
        .extracting(series -> series.path("name").asText())
        .containsExactly("compute", "wait", "averaging");
    assertThat(values(chart(page, "worker-chart"), 0)).containsExactly(4.0, 5.0);
  }

  @Test
  void sumsOfTimesAndTheBalanceAreSaid() throws IOException {
    String page = page(result("result.json"));
    assertThat(page)
        .contains("<td>5.00</td><td>71.43 %</td>")
        .contains("<td>1.50</td><td>21.43 %</td>")
        .contains("<td>0.50</td><td>7.14 %</td>")
        .contains("<td>0.25</td><td>3.57 %</td>")
        .contains(
            "2 workers computed 4.00 to 5.00 s each; the slowest took 11.1 % more than the mean.");
  }

  @Test
  void confusionClassesAndMistakesAreThoseOfTheTest() throws IOException {
    String page = page(result("result.json"));
    assertThat(page)
        .contains("<td class=\"right\" style=\"--heat:0.900\">9</td>")
        .contains("<td class=\"wrong\" style=\"--heat:0.500\">1</td>")
        .contains("<td class=\"wrong\" style=\"--heat:1.000\">2</td>")
        .contains("<td class=\"none\" style=\"--heat:0.000\">0</td>")
        .contains(
            "<th scope=\"row\">1</th><td>0.9091</td><td>1.0000</td><td>0.9524</td><td>10</td>")
        .contains("alt=\"Test sample 3: a 1, taken for 2\"")
        .contains("<strong>1 → 2</strong><br>98.8 %")
        .contains("90.00 %")
        .contains("95 % interval 74.38 to 96.54 %");
  }

  @Test
  void aPictureHasTheSamplesPixelsDarkOnLight() throws IOException {
    String uri = SamplePicture.dataUri(samples(), 3);
    assertThat(page(result("result.json"))).contains(uri);
    var picture =
        ImageIO.read(
            new ByteArrayInputStream(Base64.getDecoder().decode(uri.replaceFirst(".*,", ""))));
    assertThat(picture.getWidth()).isEqualTo(3);
    assertThat(picture.getHeight()).isEqualTo(2);
    for (int pixel = 0; pixel < 6; pixel++) {
      assertThat(picture.getRaster().getSample(pixel % 3, pixel / 3, 0))
          .isEqualTo(255 - 10 * (18 + pixel));
    }
  }

  @Test
  void whatIsNotTheDefaultStandsFirst() throws IOException {
    String page = page(result("result.json"));
    int chosen = page.indexOf("<th scope=\"row\">training.epochs</th><td>3</td>");
    int others = page.indexOf("<th scope=\"row\">training.workers</th>");
    assertThat(chosen).isPositive().isLessThan(page.indexOf("The defaults")).isLessThan(others);
    assertThat(page)
        .contains("<td>40b5273ab6ba90dca87938b235b72746422400ea53dd92e9266b125435bc73cf</td>")
        .contains("<td>17.0.15</td>");
  }

  @Test
  void theModelThatItStartedFromIsBesideIt() throws IOException {
    assertThat(page(result("result.json")))
        .contains("<tr><th scope=\"row\">accuracy</th><td>80.00 %</td><td>90.00 %</td></tr>")
        .contains("<td>1</td><td>4</td>")
        .contains("with probability 0.19");
  }

  @Test
  void anEarlierVersionsResultHasNoCurves() throws IOException {
    String page = page(result("earlier.json"));
    assertThat(page).contains("98.24 %").doesNotContain("<canvas", "<figure", "class=\"heat\"");
    assertThat(charts(page)).isEmpty();
  }

  @Test
  void epochsThatAreLackingAreCounted() throws IOException {
    String page = page(result("result.json").replace("\"epoch\": 3", "\"epoch\": 7"));
    assertThat(page).contains("4 earlier epochs were run by a version that kept no record.");
  }

  @Test
  void aRunWithoutResultSaysWhy() throws IOException {
    String page =
        page(
            "{\"status\":\"failed\",\"exitCode\":74,\"error\":\"no <space>\",\"runId\":\"r\","
                + "\"model\":\"m\",\"topology\":\"t\",\"engine\":\"spark\"}");
    assertThat(page).contains("failed, exit code 74: no &lt;space&gt;");
  }

  /** Between the comparison and the test's place in the result, the model is written. */
  @Test
  void aRunThatFailedAfterItsComparisonHasAPage() throws IOException {
    ObjectNode failed = (ObjectNode) new ObjectMapper().readTree(result("result.json"));
    failed.remove("test");
    failed.put("status", "failed").put("exitCode", 74).put("error", "no space");
    assertThat(page(failed.toString()))
        .contains("failed, exit code 74: no space")
        .doesNotContain("Beside the model that it started from");
  }

  @Test
  void manyWorkersAreOneCurve() throws IOException {
    StringBuilder seconds = new StringBuilder("4.0");
    for (int worker = 1; worker < 1024; worker++) {
      seconds.append(", ").append(1 + worker % 7);
    }
    JsonNode chart =
        chart(page(result("result.json").replace("4.0, 5.0", seconds)), "worker-chart");
    assertThat(chart.path("type").asText()).isEqualTo("line");
    assertThat(chart.at("/series/0/values")).hasSize(1024);
    assertThat(chart.at("/series/0/values/0").asDouble()).isEqualTo(1);
    assertThat(chart.at("/series/0/values/1023").asDouble()).isEqualTo(7);
  }

  @Test
  void whatIsNoResultIsRefused() {
    assertThatThrownBy(() -> run("["))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("a test");
    assertThatThrownBy(() -> run("null")).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> run("{}"))
        .isInstanceOf(DataException.class)
        .hasMessage("Cannot read a test: expected the result of a run, found one without runId");
  }

  private static String comparison(String first, String second) {
    return new String(
        new ComparisonPage(
                List.of(
                    new ComparisonPage.Run(run(first), CONFIGURATION),
                    new ComparisonPage.Run(
                        run(second),
                        ConfigurationLoader.parse("training.epochs = 4", "another test"))))
            .html(),
        UTF_8);
  }

  @Test
  void comparedRunsShareCurvesAndColours() throws IOException {
    String page = comparison(result("result.json"), result("result.json"));
    JsonNode loss = chart(page, "loss-chart");
    assertThat(loss.path("series"))
        .extracting(series -> series.path("name").asText())
        .containsExactly("A, training", "B, training", "A, validation", "B, validation");
    assertThat(loss.path("series"))
        .extracting(series -> series.path("colour").asInt())
        .containsExactly(0, 1, 0, 1);
    assertThat(page)
        .contains("<th scope=\"row\">training.epochs</th><td>3</td><td>4</td>")
        .doesNotContain("<th scope=\"row\">training.seed</th>")
        .contains("<td>90.00 %</td><td>90.00 %</td>");
  }

  @Test
  void oneRunIsNoComparison() throws IOException {
    RunRecord run = run(result("result.json"));
    assertThatThrownBy(
            () -> new ComparisonPage(List.of(new ComparisonPage.Run(run, CONFIGURATION))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
