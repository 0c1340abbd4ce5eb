package io.sparkrnn.run;

import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.RunBusyException;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.Baseline;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.PairedPredictions;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.evaluation.ValueTally;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.report.ReportPage;
import io.sparkrnn.report.RunRecord;
import io.sparkrnn.report.TestSamples;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.BlockEvaluator;
import io.sparkrnn.train.Listeners;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.TrainingStoppedException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What follows a run's last epoch: the test, the model, the results. A run that ended within it
 * does all of it again when it is resumed.
 *
 * @param kernels that run here, by name
 * @param runner evaluates
 * @param stop asked between the steps
 */
record Completion(
    Training<RunData> training,
    Storage storage,
    CheckpointStore store,
    RunDirectory directory,
    ResultFile result,
    MlflowLog mlflow,
    Console console,
    String kernels,
    RoundRunner runner,
    List<TrainingListener> listeners,
    StopRequest stop) {
  private static final Logger LOG = LoggerFactory.getLogger(Completion.class);

  /**
   * Evaluates and publishes the model.
   *
   * @param initialSha256 of the parameters that the run began with, if they are a model's
   */
  void complete(TrainingState end, Optional<String> initialSha256) {
    try {
      evaluate(end, initialSha256);
    } catch (TrainingStoppedException e) {
      throw new TrainingStoppedException(
          end.round(), RunDirectory.newestCheckpoint(store).orElseThrow());
    }
  }

  private void evaluate(TrainingState end, Optional<String> initialSha256) {
    boolean stops = training.configuration().patienceEpochs() > 0;
    TrainingState model = (stops ? best(end) : end).evaluated();
    RunData data = training.data();
    // Of the last epoch, unless it is another's model or was resumed after that.
    if (data.size(Part.VALIDATION) > 0 && (stops || !result.hasValidation())) {
      EvaluationResult validation = runner.evaluate(model.parameters(), Part.VALIDATION);
      result.put("validation", training.decided(validation));
    }
    EvaluationResult test = training.decided(runner.evaluate(model.parameters(), Part.TEST));
    stop.check();
    new Listeners(listeners).tell(listener -> listener.onTest(test));
    if (test.isOfSampleClasses() && !training.configuration().training().initialModel().isEmpty()) {
      initialSha256.ifPresent(sha256 -> compareWithInitial(sha256, model.parameters()));
    }
    Optional<Baseline> baseline = baseline(test.deciding());
    baseline.ifPresent(result::baseline);
    stop.check();
    new FinalModel(storage, store, directory).publish(training, model);
    stop.check();
    // What failed to be deleted after the last checkpoint has no next one to be tried again after.
    store.retain();
    store.best().ifPresent(result::best);
    byte[] json = result.succeeded(model, test, store.list());
    Optional<URI> page = publishReport(json);
    store.publishResult(json);
    mlflow.succeeded(model.parametersSha256());
    console.summary(test, baseline, directory, page);
  }

  /** The best of what the model must be better than. For people: empty where it cannot be had. */
  private Optional<Baseline> baseline(ScoreKind kind) {
    RunData data = training.data();
    try {
      Iterable<SequenceDataset> shards =
          () ->
              IntStream.range(0, data.workers())
                  .mapToObj(worker -> data.shard(worker).samples())
                  .iterator();
      SequenceDataset test = data.part(Part.TEST);
      TargetScale scale = training.targetScale();
      BlockEvaluator evaluator = training.recipe().evaluator();
      List<Baseline> baselines =
          new ArrayList<>(List.of(Baseline.of(shards, test, scale, evaluator.tally(), kind)));
      data.baselines()
          .forEach(
              (name, predictions) ->
                  baselines.add(
                      Baseline.ofPredictions(
                          name, predictions, test, scale, (ValueTally) evaluator.tally(), kind)));
      return baselines.stream()
          .max(Comparator.comparingDouble(baseline -> baseline.score().merit()));
    } catch (RuntimeException e) {
      LOG.warn("the model is not compared with a baseline: {}", e.getMessage());
      return Optional.empty();
    }
  }

  private TrainingState best(TrainingState end) {
    StoppedTraining stopped =
        StoppedTraining.of(end, training.budget().end(end.merits()), training.scoreKind(), store);
    result.stopped(stopped);
    console.stopped(stopped);
    return stopped.best();
  }

  /** Adds to the result how the model that the run began with does on the same test samples. */
  private void compareWithInitial(String sha256, float[] parameters) {
    try {
      InitialModel initial = InitialModel.model(training, storage);
      if (!initial.parametersSha256().equals(sha256)) {
        LOG.warn(
            "the model that this run began with, of SHA-256 {}, is there no more; nothing is compared with it",
            sha256);
        return;
      }
      EvaluationData data = training.data();
      LocalEvaluation evaluation =
          new LocalEvaluation(Ops.named(kernels), training.topology(), data, stop);
      float[] before = initial.parameters();
      result.initialTest(
          evaluation.evaluate(before, Part.TEST),
          PairedPredictions.of(
              data.part(Part.TEST).labels(),
              evaluation.predict(before, Part.TEST),
              evaluation.predict(parameters, Part.TEST)));
    } catch (TrainingStoppedException | RunBusyException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.warn("nothing is compared with the model that this run began with: {}", e.getMessage());
    }
  }

  /** For the report alone: empty where the data cannot be read here. */
  private Optional<TestSamples> testSamples() {
    try {
      RunData data = training.data();
      return Optional.of(new TestSamples(data.part(Part.TEST), data.preparation()));
    } catch (RuntimeException e) {
      LOG.warn("{} shows no test samples", RunDirectory.REPORT_FILE, e);
      return Optional.empty();
    }
  }

  /** Over that of an attempt which was killed after this. For people: empty if it failed. */
  private Optional<URI> publishReport(byte[] json) {
    try {
      RunRecord run = RunRecord.read(json, RunDirectory.RESULT_FILE);
      return Optional.of(
          store.replaceFile(
              RunDirectory.REPORT_FILE,
              new ReportPage(run, training.configuration(), testSamples()).html()));
    } catch (RunBusyException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("no {} was written", RunDirectory.REPORT_FILE, e);
      return Optional.empty();
    }
  }
}
