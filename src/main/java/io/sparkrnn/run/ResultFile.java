package io.sparkrnn.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.RunData;
import io.sparkrnn.evaluation.Baseline;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.PairedPredictions;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.report.ClassNames;
import io.sparkrnn.report.RunRecord;
import io.sparkrnn.report.TrainingHistory;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.RoundReport;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.updater.Rules;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code result.json}, the contract for machines: gathers what listeners are told, and writes it
 * down.
 */
final class ResultFile implements TrainingListener {
  private static final Logger LOG = LoggerFactory.getLogger(ResultFile.class);

  /** Names the parameters that a run began with, if they are a model's. */
  static final String INITIAL = "initialParametersSha256";

  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final ObjectNode root = JSON.objectNode();
  private final List<EpochReport> epochs = new ArrayList<>();
  private final long startNanos = System.nanoTime();
  private double startupSeconds;
  private TrainingHistory history = new TrainingHistory(0);
  private final TaskName task;
  private ClassNames classes = new ClassNames(List.of());

  ResultFile(RunConfiguration configuration, String runId) {
    var training = configuration.training();
    task = configuration.model().task();
    root.put("status", "running").put("exitCode", 0).put("runId", runId);
    root.put("model", Topologies.name(configuration));
    root.put("engine", training.engine().toString());
    root.put("seed", training.seed());
    root.put("workers", training.workers());
    root.put("threadsPerWorker", training.threadsPerWorker());
    decided(new Rules(configuration).decided());
  }

  /** Of a configuration that says what it is, as far as that is known. */
  void decided(RunConfiguration configuration) {
    var training = configuration.training();
    boolean ofGradients = training.averaging() == Averaging.GRADIENTS;
    root.put("averaging", training.averaging().toString());
    root.put("averagingFrequency", ofGradients ? 1 : training.averagingFrequency());
    if (training.epochs() > 0) {
      root.put("epochs", training.epochs());
    }
  }

  /**
   * Begins.
   *
   * @param attempt which driver of the run this is, from 1
   * @param history that is written down with the result
   */
  void attempt(int attempt, TrainingHistory history) {
    this.history = history;
    root.put("attempt", attempt);
  }

  void describe(RunData data, RnnTopology topology, String kernels) {
    classes = ClassNames.of(task, data);
    root.put("kernels", kernels);
    root.put("cpu", Versions.cpu());
    root.put("topology", topology.summary());
    root.put("parameters", topology.parameterCount());
    root.withObject("/training").put("samples", data.trainingSize());
    root.withObject("/data").putPOJO("fingerprints", data.fingerprints());
  }

  @Override
  public void onRound(RoundReport report) {
    if (startupSeconds == 0) {
      // Workers measure themselves, perhaps on machines with other clocks.
      Instant firstIteration = Instant.now().minusNanos(report.computeNanos());
      long jvmStartMillis = ManagementFactory.getRuntimeMXBean().getStartTime();
      startupSeconds = (firstIteration.toEpochMilli() - jvmStartMillis) / 1e3;
      LOG.info(
          "the first iteration began at {}, {} s after the JVM's start",
          firstIteration,
          startupSeconds);
    }
  }

  @Override
  public void onEpoch(EpochReport epoch) {
    epochs.add(epoch);
    if (epoch.epoch() > root.path("epochs").asInt()) {
      root.put("epochs", epoch.epoch());
    }
    root.withObject("/training").put("loss", epoch.trainingLoss());
    epoch.validation().ifPresent(validation -> put("validation", validation));
  }

  /** What was allowed to differ since the run began, one sentence each. */
  void drift(List<String> drift) {
    root.putPOJO("drift", drift);
  }

  void initial(String parametersSha256) {
    root.put(INITIAL, parametersSha256);
  }

  /** What early stopping has come to. */
  void stopped(StoppedTraining stopped) {
    stopped.stoppedEarly().ifPresent(epoch -> root.put("stoppedEarly", epoch));
    root.put("bestEpoch", stopped.best().epoch());
  }

  /** The checkpoint with the best validation. */
  void best(CheckpointEntry checkpoint) {
    root.put("bestCheckpoint", Storage.describe(checkpoint.location()));
  }

  /** What the model that the run began with comes to on the same test samples. */
  void initialTest(EvaluationResult initial, PairedPredictions paired) {
    root.putObject("initial")
        .put("accuracy", initial.accuracy())
        .put("loss", initial.loss())
        .put("onlyInitialRight", paired.onlyCurrentRight())
        .put("onlyFinalRight", paired.onlyCandidateRight())
        .put("pValue", paired.pValueOfBetter());
  }

  byte[] succeeded(TrainingState end, EvaluationResult test, List<CheckpointEntry> checkpoints) {
    root.put("status", "succeeded").put("exitCode", ExitCode.DONE);
    root.put("parametersSha256", end.parametersSha256());
    put("test", test);
    putPredictions(root.withObject("/test"), test);
    return finish(checkpoints);
  }

  byte[] failed(Throwable failure, List<CheckpointEntry> checkpoints) {
    int exitCode = ExitCode.of(failure);
    root.put("status", exitCode > 128 ? "stopped" : "failed")
        .put("exitCode", exitCode)
        .put("error", String.valueOf(failure.getMessage()))
        .put("permanent", ExitCode.isPermanent(failure));
    return finish(checkpoints);
  }

  private byte[] finish(List<CheckpointEntry> checkpoints) {
    ObjectNode training = root.withObject("/training");
    training.put("startupSeconds", startupSeconds);
    training.put("seconds", (System.nanoTime() - startNanos) / 1e9);
    training.putPOJO("epochSeconds", epochs.stream().map(EpochReport::seconds).toList());
    training.putPOJO("history", history.epochs());
    training.putPOJO("workerSeconds", history.workerSeconds());
    training.put("computeSeconds", total(EpochReport::computeSeconds));
    training.put("waitSeconds", total(EpochReport::waitSeconds));
    training.put("averagingSeconds", total(EpochReport::averagingSeconds));
    double seconds = total(EpochReport::seconds);
    training.put("samplesPerSecond", seconds == 0 ? 0 : total(EpochReport::samples) / seconds);
    root.putPOJO(
        "checkpoints",
        checkpoints.stream().map(entry -> Storage.describe(entry.location())).toList());
    root.putPOJO("versions", Versions.all());
    return bytes(root);
  }

  private double total(ToDoubleFunction<EpochReport> part) {
    return epochs.stream().mapToDouble(part).reduce(0, Double::sum);
  }

  private void putPredictions(ObjectNode part, EvaluationResult result) {
    if (!result.deviations().isEmpty()) {
      part.putPOJO("largestErrors", result.deviations());
      part.putPOJO("readings", result.predictions().stream().map(RunRecord.Reading::of).toList());
    }
    if (result.classAccuracy().isPresent()) {
      part.putPOJO("worst", result.worst());
    }
    if (!result.hasConfusion()) {
      return;
    }
    if (!classes.names().isEmpty()) {
      part.putPOJO("classes", classes.names());
    }
    int classes = result.confusion().classes();
    long[][] confusion = new long[classes][classes];
    for (int actual = 0; actual < classes; actual++) {
      for (int predicted = 0; predicted < classes; predicted++) {
        confusion[actual][predicted] = result.confusion().count(actual, predicted);
      }
    }
    part.putPOJO("confusion", confusion);
  }

  boolean hasValidation() {
    return root.has("validation");
  }

  void put(String part, EvaluationResult result) {
    ObjectNode node = root.putObject(part);
    if (!Double.isNaN(result.accuracy())) {
      node.put("accuracy", result.accuracy());
    }
    node.put("loss", result.loss()).put("samples", result.samples());
    put(node, "score", result.score());
    ObjectNode scores = node.putObject("scores");
    result.scores().forEach((kind, value) -> scores.put(kind.toString(), value));
  }

  /** What predictions without a network come to on the test samples. */
  void baseline(Baseline baseline) {
    put(root.putObject("baseline").put("name", baseline.name()), "score", baseline.score());
  }

  private static void put(ObjectNode node, String name, Score score) {
    node.putObject(name).put("name", score.kind().toString()).put("value", score.value());
  }

  /**
   * {@code run.json}: the run's name, effective configuration and initial model, if any, in one
   * file that is there or not.
   */
  static byte[] runFile(String runId, String configuration, Optional<InitialModel> initial) {
    ObjectNode run = JSON.objectNode().put("runId", runId).put("configuration", configuration);
    initial.ifPresent(model -> run.put(INITIAL, model.parametersSha256()));
    return bytes(run);
  }

  private static byte[] bytes(ObjectNode node) {
    try {
      // Made when there is something to write: it takes its time to load, and Spark is to start
      // first.
      return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of numbers and texts is always JSON", e);
    }
  }
}
