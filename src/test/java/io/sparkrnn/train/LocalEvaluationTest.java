package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.sparkrnn.cli.ForwardPass;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.Mistake;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.assertj.core.api.recursive.comparison.RecursiveComparisonConfiguration;
import org.assertj.core.util.DoubleComparator;
import org.junit.jupiter.api.Test;

class LocalEvaluationTest {
  private final InMemoryData data = InMemoryData.ofSizes(3, 2, 4, 8);
  private final RnnTopology topology =
      new RnnTopology("small", Network.elman(3, 2, List.of(5), Activation.TANH, 4));
  private final float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 7);

  /** More samples than a block has. */
  @Test
  void predictionsAreThoseThatTheEvaluationCounts() {
    LocalEvaluation evaluation =
        new LocalEvaluation(new PortableOps(), topology, data, StopRequest.NEVER);

    int[] predicted = evaluation.predict(parameters, Part.TEST);

    SequenceDataset samples = data.part(Part.TEST);
    ConfusionMatrix counted = new ConfusionMatrix(4);
    for (int sample = 0; sample < samples.size(); sample++) {
      counted.add(samples.label(sample), predicted[sample]);
    }
    assertThat(predicted).hasSize(samples.size());
    assertThat(counted).isEqualTo(evaluation.evaluate(parameters, Part.TEST).confusion());
  }

  @Test
  void aRequestToStopIsSeenBetweenBlocks() {
    int[] asked = new int[1];
    LocalEvaluation evaluation =
        new LocalEvaluation(new PortableOps(), topology, data, () -> ++asked[0] == 2);

    assertThatExceptionOfType(TrainingStoppedException.class)
        .isThrownBy(() -> evaluation.evaluate(parameters, Part.TEST));
    asked[0] = 0;
    assertThatExceptionOfType(TrainingStoppedException.class)
        .isThrownBy(() -> evaluation.predict(parameters, Part.TEST));
  }

  /** More mistakes than are kept, in more than one block. */
  @Test
  void theWorstMistakesLeaveTheirClassTheLeastProbability() {
    SequenceDataset samples = data.part(Part.TEST);

    List<Mistake> oracle = new ArrayList<>();
    for (int sample = 0; sample < samples.size(); sample++) {
      float[] logits =
          ForwardPass.run(
                  new PortableOps(),
                  topology,
                  parameters,
                  samples.batch(new int[] {sample}, Axes.BATCH_FIRST),
                  Axes.BATCH_FIRST,
                  1)
              .logits();
      double sum = 0;
      int predicted = 0;
      for (int c = 0; c < 4; c++) {
        sum += Math.exp(logits[c]);
        predicted = logits[c] > logits[predicted] ? c : predicted;
      }
      int label = samples.label(sample);
      if (predicted != label) {
        oracle.add(
            new Mistake(
                sample,
                label,
                predicted,
                Math.exp(logits[predicted]) / sum,
                Math.exp(logits[label]) / sum,
                0));
      }
    }
    oracle.sort(Comparator.comparingDouble(Mistake::labelProbability));

    List<Mistake> worst =
        new LocalEvaluation(new PortableOps(), topology, data, StopRequest.NEVER)
            .evaluate(parameters, Part.TEST)
            .worst();
    assertThat(samples.size()).isGreaterThan(EvaluationResult.BLOCK_SAMPLES);
    assertThat(oracle).hasSizeGreaterThan(Mistake.KEPT);
    assertThat(worst)
        .usingRecursiveFieldByFieldElementComparator(
            RecursiveComparisonConfiguration.builder()
                .withComparatorForType(new DoubleComparator(1e-12), Double.class)
                .build())
        .containsExactlyElementsOf(oracle.subList(0, Mistake.KEPT));
  }
}
