package io.sparkrnn.retrain;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.ImageTrainingData;
import io.sparkrnn.evaluation.PairedPredictions;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.registry.Decision;
import io.sparkrnn.registry.Gate;
import io.sparkrnn.registry.RegisteredModel;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.StopRequest;
import java.util.Optional;
import java.util.function.Function;

/**
 * Decides about a trained model by its predictions for the test samples and the current version's
 * for the same ones. A pure function, so it may be asked again when another version has become
 * current.
 *
 * @param where names the data in messages
 * @param stop asked within predictions
 */
record TestDecision(
    Gate gate,
    Ops kernels,
    ImageTrainingData data,
    String where,
    ModelFile candidate,
    StopRequest stop)
    implements Function<Optional<RegisteredModel>, Decision> {
  @Override
  public Decision apply(Optional<RegisteredModel> current) {
    int[] labels = data.part(Part.TEST).labels();
    int[] predicted = predict(candidate);
    if (current.isEmpty()) {
      // Compared with itself: right where the other is, too.
      double accuracy = PairedPredictions.of(labels, predicted, predicted).candidateAccuracy();
      return gate.decideFirst(accuracy, labels.length);
    }
    DataChecks.requireSchema(current.get(), data, where);
    return gate.decide(PairedPredictions.of(labels, predict(current.get().model()), predicted));
  }

  private int[] predict(ModelFile model) {
    return new LocalEvaluation(kernels, model.topology(), data, stop)
        .predict(model.parameters(), Part.TEST);
  }
}
