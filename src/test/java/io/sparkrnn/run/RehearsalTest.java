package io.sparkrnn.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RehearsalTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String TABLE =
      "table.train=a table.test=b table.features=x model.hidden=9 training.minibatch-size=5";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "model.name=row-rnn-100x2 training.workers=8",
        TABLE + " table.label=y",
        TABLE
            + " table.label=y model.cell=gru model.bidirectional=true training.threads-per-worker=2",
        TABLE + " table.text=w table.label=y model.task=label-steps",
        TABLE + " table.text=w model.task=language-model table.window-steps=64",
        TABLE + " table.targets=y model.task=regress model.loss=quantile model.quantiles=0.1,0.9",
        TABLE
            + " table.targets=y model.task=forecast table.time=t table.window-steps=72"
            + " training.first-counted-step=24"
      })
  void trainsAnyNetworkBeforeThereAreData(String settings) throws InterruptedException {
    Rehearsal rehearsal = Rehearsal.begin(configuration("training.engine=local " + settings));
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (rehearsal.iterations() == 0 && System.nanoTime() < end) {
      Thread.sleep(5);
    }
    rehearsal.close();
    int iterations = rehearsal.iterations();
    assertThat(iterations).isPositive();
    Thread.sleep(20);
    assertThat(rehearsal.iterations()).as("after it was closed").isEqualTo(iterations);
  }

  @Test
  void computesOnlyWhereTrainingDoes() {
    assertThat(Rehearsal.isHere(configuration("training.engine=local"))).isTrue();
    assertThat(Rehearsal.isHere(configuration("spark.master=local[2]"))).isTrue();
    assertThat(Rehearsal.isHere(configuration("spark.master=local-cluster[2,1,1024]"))).isFalse();
    assertThat(Rehearsal.isHere(configuration("spark.master=spark://host:7077"))).isFalse();
    assertThat(Rehearsal.isHere(configuration("training.engine=dl4j"))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"model.hidden=2048", "training.minibatch-size=65536"})
  void leavesWhatIsLargeToTheTraining(String large) {
    Rehearsal rehearsal =
        Rehearsal.begin(
            configuration(
                "training.engine=local table.train=a table.test=b table.features=x table.label=y "
                    + large));
    rehearsal.join();
    assertThat(rehearsal.iterations()).isZero();
  }

  private static RunConfiguration configuration(String settings) {
    Map<String, String> texts = new HashMap<>();
    for (String setting : settings.trim().split(" ")) {
      if (!setting.isEmpty()) {
        texts.put(setting.split("=")[0], setting.split("=")[1]);
      }
    }
    return ConfigurationLoader.load(Optional.empty(), texts);
  }
}
