package io.sparkrnn.spark.ml;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.model.Floats;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.report.TrainingHistory;
import io.sparkrnn.run.InitialModel;
import io.sparkrnn.run.TrainingCheckpoints;
import io.sparkrnn.spark.rounds.SparkRounds;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A training on a table, in a Spark application that others use, too. */
public final class TableTraining {
  private static final Logger LOG = LoggerFactory.getLogger(TableTraining.class);
  private static final String DESCRIPTION = "spark.job.description";

  // Tasks that stay take all slots there are; two trainings at a time would each get some of those
  // that they need, and wait for the rest.
  private static final ReentrantLock TURN = new ReentrantLock(true);

  private final PreparedTable table;
  private final FitRequest request;
  private final Training<TrainingData> training;

  /** What was learnt, and how. */
  public record Trained(ModelFile model, TrainingSummary summary) {}

  private TableTraining(PreparedTable table, FitRequest request) {
    this.table = table;
    this.request = request;
    // Rows are not known to be images.
    RunConfiguration configuration =
        request.configuration(table.isPlain()).with(Map.of(Keys.of("training.shift-pixels"), "0"));
    PreparedSamples samples = table.samples();
    this.training =
        new Training<>(
            configuration, samples.data(), samples.topology(configuration), samples.targetScale());
  }

  /**
   * Trains.
   *
   * @throws ConfigurationException if the table was prepared for another request, or the model to
   *     start from is one of another network
   */
  public static Trained run(PreparedTable table, FitRequest request) {
    table.requireFor(request);
    String description = table.context().getLocalProperty(DESCRIPTION);
    try {
      return new TableTraining(table, request).run();
    } finally {
      table.context().setLocalProperty(DESCRIPTION, description);
    }
  }

  private Trained run() {
    request.initial().ifPresent(this::requireContinued);
    TrainingState start =
        request
            .initial()
            .map(model -> training.startingWith(model.parameters()))
            .orElseGet(training::randomStart);
    RunConfiguration configuration = training.configuration();
    String asked = configuration.training().kernels().toString();
    KernelProvider here = KernelProvider.choose(asked);
    // Each executor has the fastest that it can run; their bits are the same.
    String kernels = asked.equals("auto") ? asked : here.name();
    RoundsChoice rounds = configuration.training().rounds();
    if (rounds != RoundsChoice.JOB) {
      TURN.lock();
    }
    try (RoundRunner runner =
        SparkRounds.of(
            table.context(),
            rounds,
            training.recipe(),
            kernels,
            training.data(),
            table.samples().shards(),
            StopRequest.NEVER,
            request.mostTasks())) {
      return request.checkpoints().isPresent()
          ? withCheckpoints(here, runner, start)
          : inMemory(here, runner, start);
    } finally {
      if (rounds != RoundsChoice.JOB) {
        TURN.unlock();
      }
    }
  }

  private void requireContinued(ModelFile model) {
    RnnTopology topology = training.topology();
    if (!InitialModel.isContinuedBy(model, topology.network())) {
      throw new ConfigurationException(
          "initialModel",
          "expected a model of %s as is to be trained, found one of %s"
              .formatted(topology.summary(), model.topology().summary()));
    }
  }

  private Trained inMemory(KernelProvider here, RoundRunner runner, TrainingState start) {
    TrainingHistory history = new TrainingHistory(1);
    TrainingState end = training.run(here.name(), runner, start, List.of(history, progress()));
    return trained(end, history);
  }

  private Trained withCheckpoints(KernelProvider here, RoundRunner runner, TrainingState start) {
    try (TrainingCheckpoints checkpoints =
        new TrainingCheckpoints(
            training,
            table.samples().fingerprints(),
            here,
            request.initial().map(model -> Floats.sha256(model.parameters())),
            HadoopSettings.of(table.context().sc()),
            request.checkpoints().orElseThrow())) {
      TrainingState end = checkpoints.run(here.name(), runner, start, List.of(progress()));
      return trained(end, checkpoints.history());
    }
  }

  private Trained trained(TrainingState end, TrainingHistory history) {
    return new Trained(
        table.samples().model(training.topology(), end.evaluated().parameters()),
        new TrainingSummary(history.epochs(), table.size(), table.skippedRows()));
  }

  private TrainingListener progress() {
    TrainingLoop.Budget budget = training.budget();
    return new TrainingListener() {
      @Override
      public void onEpoch(EpochReport report) {
        LOG.info(
            "epoch {} of {}: loss {}{}, {} s",
            report.epoch(),
            budget.through(report.epoch()),
            String.format(Locale.ROOT, "%.4f", report.trainingLoss()),
            report.validation().map(TableTraining::validation).orElse(""),
            String.format(Locale.ROOT, "%.1f", report.seconds()));
      }
    };
  }

  private static String validation(EvaluationResult result) {
    return ", validation " + result.score().named();
  }
}
