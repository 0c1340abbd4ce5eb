package io.sparkrnn.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.ConfusionMatrix;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.kernel.PortableRnnKernels;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import java.util.List;
import org.junit.jupiter.api.Test;

class LocalEvaluationTest {
  /** More samples than a block has. */
  @Test
  void predictionsAreThoseThatTheEvaluationCounts() {
    InMemoryData data = InMemoryData.ofSizes(3, 2, 4, 8);
    RnnTopology topology =
        new RnnTopology("small", new NetworkShape(3, 2, List.of(5), Activation.TANH, 4));
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 7);
    LocalEvaluation evaluation = new LocalEvaluation(new PortableRnnKernels(), topology, data);

    int[] predicted = evaluation.predict(parameters, Part.TEST);

    SequenceDataset samples = data.part(Part.TEST);
    ConfusionMatrix counted = new ConfusionMatrix(4);
    for (int sample = 0; sample < samples.size(); sample++) {
      counted.add(samples.label(sample), predicted[sample]);
    }
    assertThat(predicted).hasSize(samples.size());
    assertThat(counted).isEqualTo(evaluation.evaluate(parameters, Part.TEST).confusion());
  }
}
