package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.train.ScaleOutRun.Point;
import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

/** What is said of runs that were never made. */
class ScaleOutSummaryTest {
  private static ScaleOutRun run(int workers, long seed, double last) {
    return new ScaleOutRun(
        workers == 1 ? "parameters" : "gradients",
        workers,
        seed,
        "muon",
        0.005,
        4,
        1720 / workers,
        220_000,
        ScoreKind.ACCURACY,
        11.5,
        List.of(
            new Point(860 / workers, 2, 6, last + 0.01, last + 0.01 >= 0.95),
            new Point(1720 / workers, 4, 11.5, last, last >= 0.95)));
  }

  private static final List<ScaleOutRun> RUNS =
      List.of(
          run(1, 1, 0.94),
          run(1, 2, 0.95),
          run(1, 3, 0.96),
          run(2, 1, 0.93),
          run(2, 2, 0.94),
          run(2, 3, 0.95),
          run(4, 1, 0.90),
          run(4, 2, 0.91),
          run(4, 3, 0.92));

  @Test
  void aRunIsALine() {
    assertThat(RUNS.get(0).line())
        .isEqualTo("parameters,1,1,muon,0.005,4,1720,220000,860,2.00,6.00,0.9500,0.9400,11.50");
    assertThat(RUNS.get(6).line())
        .isEqualTo("gradients,4,1,muon,0.005,4,430,220000,,,,0.9100,0.9000,11.50");
    assertThat(RUNS.get(0).line().split(",")).hasSameSizeAs(ScaleOutRun.HEADER.split(","));
  }

  /** Deviations of 0.01 among three have a standard error of 0.01 / sqrt(3). */
  @Test
  void workersAreHeldAgainstTheFirst() {
    assertThat(ScaleOutSummary.of(RUNS).lines())
        .containsExactly(
            "# parameters, 1 workers, 3 seeds: final 0.9500, standard error 0.0058",
            "# gradients, 2 workers, 3 seeds: final 0.9400, standard error 0.0058; -0.0100 against 1 workers, two standard errors of which are 0.0163: within them",
            "# gradients, 4 workers, 3 seeds: final 0.9100, standard error 0.0058; -0.0400 against 1 workers, two standard errors of which are 0.0163: worse by more");
  }

  @Test
  void theFileHasAllOfIt() throws Exception {
    JsonNode json = new ObjectMapper().readTree(ScaleOutSummary.of(RUNS).json());
    assertThat(json.path("runs")).hasSize(9);
    assertThat(json.at("/runs/8/workers").asInt()).isEqualTo(4);
    assertThat(json.at("/runs/8/curve/1/score").asDouble()).isEqualTo(0.92);
    assertThat(json.at("/groups/1/mean").asDouble()).isEqualTo(0.94);
  }

  @Test
  void thePictureHasALineForEachRun() throws Exception {
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new InputSource(new StringReader(ScaleOutPicture.svg(RUNS))));
    assertThat(svg.getElementsByTagName("polyline").getLength()).isEqualTo(9);
    assertThat(svg.getDocumentElement().getTextContent())
        .contains("1, parameters, muon", "2, gradients, muon", "4, gradients, muon")
        .contains("500", "1000", "iterations of a worker", "accuracy");
  }
}
