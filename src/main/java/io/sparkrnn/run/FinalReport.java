package io.sparkrnn.run;

import io.sparkrnn.checkpoint.CheckpointStore;
import io.sparkrnn.checkpoint.RunBusyException;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.evaluation.PairedPredictions;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.report.ReportPage;
import io.sparkrnn.report.RunRecord;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingStoppedException;
import java.net.URI;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The page about a finished run, and what it compares. It is for people: a run is none the worse
 * without it.
 */
record FinalReport(RunConfiguration configuration, Storage storage, CheckpointStore store) {
  private static final Logger LOG = LoggerFactory.getLogger(FinalReport.class);

  /**
   * Adds to a result how the model that the run began with does on the same test samples, if it is
   * still there.
   *
   * @param sha256 of that model's parameters
   * @param parameters of the final model
   * @param stop asked within the evaluations
   */
  void compareWithInitial(
      ResultFile result,
      String sha256,
      RnnTopology topology,
      float[] parameters,
      String kernels,
      EvaluationData data,
      StopRequest stop) {
    try {
      Optional<InitialModel> initial =
          InitialModel.read(configuration, storage, topology)
              .filter(model -> model.parametersSha256().equals(sha256));
      if (initial.isEmpty()) {
        LOG.warn(
            "the model that this run began with, of SHA-256 {}, is there no more; nothing is compared with it",
            sha256);
        return;
      }
      LocalEvaluation evaluation =
          new LocalEvaluation(RnnKernels.named(kernels), topology, data, stop);
      float[] before = initial.get().parameters();
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

  /**
   * Publishes the page of a result, over that of an attempt which was killed after this.
   *
   * @return where it is; empty if it could not be written
   */
  Optional<URI> publish(byte[] result, EvaluationData data) {
    try {
      RunRecord run = RunRecord.read(result, RunDirectory.RESULT_FILE);
      return Optional.of(
          store.replaceFile(
              RunDirectory.REPORT_FILE,
              new ReportPage(run, configuration, Optional.of(data.part(Part.TEST))).html()));
    } catch (RunBusyException e) {
      throw e;
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("no {} was written", RunDirectory.REPORT_FILE, e);
      return Optional.empty();
    }
  }
}
