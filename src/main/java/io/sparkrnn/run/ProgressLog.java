package io.sparkrnn.run;

import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.train.CheckpointReport;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.RoundReport;
import io.sparkrnn.train.TrainingListener;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * How a run goes, in lines for machines: {@code epoch run=... epoch=1 round=470 loss=...}. Whatever
 * else the thread of the loop logs carries run, epoch and round in its context.
 */
public final class ProgressLog implements TrainingListener, AutoCloseable {
  // Operators' own logging configurations have this name.
  private static final Logger LOG = LoggerFactory.getLogger("io.sparkrnn.cli.ProgressLog");
  private static final String RUN = "run";
  private static final String EPOCH = "epoch";
  private static final String ROUND = "round";

  private final String runId;

  /** Names the run in what this thread logs from now on. */
  ProgressLog(String runId) {
    this.runId = runId;
    MDC.put(RUN, runId);
  }

  @Override
  public void onRound(RoundReport report) {
    int epoch = report.round().epoch() + 1;
    long round = report.round().number() + 1;
    MDC.put(EPOCH, String.valueOf(epoch));
    MDC.put(ROUND, String.valueOf(round));
    if (LOG.isDebugEnabled()) {
      LOG.debug(
          line(
              "round run=%s epoch=%d round=%d iteration=%d loss=%.6f learningRate=%.3e"
                  + " samplesPerSecond=%.1f seconds=%.6f computeSeconds=%.6f waitSeconds=%.6f"
                  + " averagingSeconds=%.6f",
              runId,
              epoch,
              round,
              report.iteration(),
              report.meanLoss(),
              report.learningRate(),
              report.samplesPerSecond(),
              report.roundNanos() / 1e9,
              report.computeNanos() / 1e9,
              report.waitNanos() / 1e9,
              report.averagingNanos() / 1e9));
    }
  }

  @Override
  public void onEpoch(EpochReport report) {
    LOG.info(
        line(
                "epoch run=%s epoch=%d round=%d loss=%.6f learningRate=%.3e samplesPerSecond=%.1f"
                    + " seconds=%.6f computeSeconds=%.6f waitSeconds=%.6f averagingSeconds=%.6f",
                runId,
                report.epoch(),
                report.round(),
                report.trainingLoss(),
                report.learningRate(),
                report.samplesPerSecond(),
                report.seconds(),
                report.computeSeconds(),
                report.waitSeconds(),
                report.averagingSeconds())
            + report
                .validation()
                .map(
                    validation ->
                        line(" validationLoss=%.6f", validation.loss())
                            + score("validationAccuracy", "validationScore", validation))
                .orElse(""));
  }

  @Override
  public void onCheckpoint(CheckpointReport report) {
    LOG.info(
        line(
            "checkpoint run=%s epoch=%d round=%d bytes=%d seconds=%.6f location=%s",
            runId,
            report.state().epoch(),
            report.state().round(),
            report.bytes(),
            report.seconds(),
            // A URI has no blanks.
            report.location()));
  }

  @Override
  public void onTest(EvaluationResult test) {
    LOG.info(
        line("test run=%s loss=%.6f", runId, test.loss())
            + score("accuracy", "score", test)
            + line(" samples=%d", test.samples()));
  }

  private static String score(String accuracy, String other, EvaluationResult result) {
    return result.deciding() == ScoreKind.ACCURACY
        ? line(" %s=%.6f", accuracy, result.accuracy())
        : line(" %s=%.6f scoreName=%s", other, result.score().value(), result.deciding());
  }

  private static String line(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** The thread goes on without a run. */
  @Override
  public void close() {
    MDC.remove(RUN);
    MDC.remove(EPOCH);
    MDC.remove(ROUND);
  }
}
