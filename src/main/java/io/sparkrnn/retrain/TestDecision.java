package io.sparkrnn.retrain;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.PairedBootstrap;
import io.sparkrnn.evaluation.PairedPredictions;
import io.sparkrnn.evaluation.PairedScores;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.evaluation.SequenceErrors.Measure;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.registry.Decision;
import io.sparkrnn.registry.Gate;
import io.sparkrnn.registry.RegisteredModel;
import io.sparkrnn.spark.RunDataReader;
import io.sparkrnn.train.BlockEvaluator;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.LocalEvaluation.Judged;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import java.util.Optional;
import java.util.function.Function;

/**
 * Decides about a trained model by what it says of the test samples and the current version says of
 * the same ones. A pure function, so it may be asked again when another version has become current.
 *
 * @param configuration which score decides, and how tables are read
 * @param data that the model was trained on
 * @param where names the data in messages
 * @param stop asked within predictions
 */
record TestDecision(
    Gate gate,
    Ops kernels,
    RunConfiguration configuration,
    RunData data,
    String where,
    ModelFile candidate,
    StopRequest stop)
    implements Function<Optional<RegisteredModel>, Decision> {
  /** Blocks of windows of which draws say what chance can do. */
  private static final int FEWEST_BLOCKS = 10;

  @Override
  public Decision apply(Optional<RegisteredModel> current) {
    current.ifPresent(model -> DataChecks.requireSchema(model, data, where));
    ScoreKind kind = Training.scoreKind(configuration, evaluator(candidate).tally());
    return isOfWholeSamples() && kind == ScoreKind.ACCURACY
        ? decideByClasses(current)
        : decideBy(kind, current);
  }

  /** Whether a sample has one class and no time step in common with another one. */
  private boolean isOfWholeSamples() {
    SequenceDataset test = data.part(Part.TEST);
    return test.classes() > 0
        && test.readings() == Readings.ONE
        && configuration.table().windowSteps() == 0;
  }

  private Decision decideByClasses(Optional<RegisteredModel> current) {
    int[] labels = data.part(Part.TEST).labels();
    int[] predicted = predict(candidate, data);
    if (current.isEmpty()) {
      // Compared with itself: right where the other is, too.
      double accuracy = PairedPredictions.of(labels, predicted, predicted).candidateAccuracy();
      return gate.decideFirst(accuracy, labels.length);
    }
    ModelFile model = current.get().model();
    return gate.decide(PairedPredictions.of(labels, predict(model, dataFor(model)), predicted));
  }

  private int[] predict(ModelFile model, EvaluationData test) {
    return evaluation(model, test).predict(model.parameters(), Part.TEST);
  }

  private Decision decideBy(ScoreKind kind, Optional<RegisteredModel> current) {
    Judged found = evaluation(candidate, data).judge(candidate.parameters(), Part.TEST, kind);
    if (current.isEmpty()) {
      return gate.decideFirst(found.result());
    }
    ModelFile model = current.get().model();
    Judged before = evaluation(model, dataFor(model)).judge(model.parameters(), Part.TEST, kind);
    int blockLength = blockLength(found.errors().sums().length);
    return gate.decide(
        new PairedScores(
            before.result(),
            found.result(),
            Measure.of(kind),
            blockLength,
            PairedBootstrap.of(
                before.errors(), found.errors(), blockLength, configuration.training().seed())));
  }

  /**
   * Windows of a series have nothing to do with each other only where they neither overlap nor
   * forecast the same time.
   */
  private int blockLength(int sequences) {
    if (configuration.table().time().isEmpty()) {
      return 1;
    }
    int alike = configuration.table().windowSteps() + configuration.table().horizonSteps();
    return Math.max(1, Math.min(alike, sequences / FEWEST_BLOCKS));
  }

  private LocalEvaluation evaluation(ModelFile model, EvaluationData test) {
    return new LocalEvaluation(kernels, evaluator(model), test, stop);
  }

  /** Sequences may be longer by now than those that a model of tables was trained on. */
  private BlockEvaluator evaluator(ModelFile model) {
    Network network = model.topology().network();
    RnnTopology topology =
        model.topology().withData(data.timeSteps(), network.inputSize(), network.head().outputs());
    return new BlockEvaluator(
        topology, model.preparation().map(Preparation::targets).orElse(TargetScale.IDENTITY));
  }

  /** The test samples as a model was taught to read them. */
  private EvaluationData dataFor(ModelFile model) {
    if (model.preparation().equals(data.preparation())) {
      return data;
    }
    return RunDataReader.test(
        configuration, evaluator(model).topology().network(), model.preparation().orElseThrow());
  }
}
