package io.sparkrnn.train;

import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.Engine;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.ScoreName;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.config.TrainingConfiguration;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.evaluation.Tally;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.TrainingPass;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Rules;
import io.sparkrnn.train.updater.Updater;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What a configuration means for data that are there. Everybody who trains does it through here, so
 * all of them validate, average, stop early, keep checkpoints and can be watched and stopped.
 */
public record Training<D extends TrainingData>(
    RunConfiguration configuration, D data, RnnTopology topology, TargetScale targetScale) {
  private static final String SCORE = "training.score";

  /** What the best score of few held-out samples differs by anyway. */
  private static final double LEAST_IMPROVEMENT = 0.001;

  /** Of classes, or of values that are as the data have them. */
  public Training(RunConfiguration configuration, D data, RnnTopology topology) {
    this(configuration, data, topology, TargetScale.IDENTITY);
  }

  /**
   * Decides what the configuration leaves open, and requires that there is room for the network,
   * before anything is done for it.
   *
   * @throws io.sparkrnn.kernel.KernelUnavailableException if not
   * @throws ConfigurationException if the network has not the score that is to decide
   */
  public Training {
    requireScore(configuration.training().score(), new BlockEvaluator(topology, targetScale));
    configuration =
        new Rules(configuration)
            .decided(
                minibatchesPerEpoch(configuration, data), samplesPerEpoch(configuration, data));
    TrainingConfiguration training = configuration.training();
    if (training.engine() != Engine.DL4J) {
      TrainingPass.requireRoom(
          topology.network(), training.minibatchSize(), training.threadsPerWorker());
    }
  }

  /** Samples that the run sees as planned, those of every epoch. */
  public long samplesSeen() {
    return samplesPerEpoch(configuration, data) * configuration.training().epochs();
  }

  private static long samplesPerEpoch(RunConfiguration configuration, TrainingData data) {
    long most =
        (long) configuration.training().minibatchSize() * minibatchesPerEpoch(configuration, data);
    return IntStream.range(0, data.workers())
        .mapToLong(worker -> Math.min(most, data.shardSize(worker)))
        .sum();
  }

  /** Iterations of the run as planned, of the worker with the most. */
  public long iterations() {
    return (long) minibatchesPerEpoch() * configuration.training().epochs();
  }

  private static void requireScore(ScoreName name, BlockEvaluator evaluator) {
    if (name == ScoreName.AUTO || !evaluator.topology().trainable()) {
      return;
    }
    Set<ScoreKind> found = evaluator.tally().scores(0).keySet();
    if (!found.contains(ScoreKind.of(name))) {
      throw new ConfigurationException(
          SCORE,
          "expected auto or a score that the network has, which are %s, found %s"
              .formatted(
                  Arrays.stream(ScoreName.values())
                      .filter(other -> other != ScoreName.AUTO)
                      .filter(other -> found.contains(ScoreKind.of(other)))
                      .map(ScoreName::toString)
                      .collect(Collectors.joining(", ")),
                  name));
    }
  }

  /** The kind of the score that decides. */
  public ScoreKind scoreKind() {
    return scoreKind(configuration, new BlockEvaluator(topology, targetScale).tally());
  }

  /** By which score a configuration decides between two models. */
  public static ScoreKind scoreKind(RunConfiguration configuration, Tally tally) {
    ScoreName name = configuration.training().score();
    if (name != ScoreName.AUTO) {
      return ScoreKind.of(name);
    }
    return configuration.model().task() == TaskName.LANGUAGE_MODEL
        ? ScoreKind.BITS_PER_CHARACTER
        : tally.usual();
  }

  /** An evaluation with the score that decides. */
  public EvaluationResult decided(EvaluationResult result) {
    return result.decidedBy(scoreKind());
  }

  /**
   * What is around the rounds.
   *
   * @param nanoTime of the clock by which checkpoints are due
   */
  public record Surroundings(
      StopRequest stop,
      CheckpointWriter checkpoints,
      List<TrainingListener> listeners,
      LongSupplier nanoTime) {}

  /** How many epochs there are. */
  public TrainingLoop.Budget budget() {
    TrainingConfiguration training = configuration.training();
    return new TrainingLoop.Budget(
        training.epochs(),
        data.size(Part.VALIDATION) == 0 ? 0 : training.mostEpochs(),
        new EarlyStopping(
            0, Math.max(LEAST_IMPROVEMENT, training.earlyStoppingMinDelta()), scoreKind()));
  }

  /** How epochs are cut into rounds. */
  public RoundPlan plan() {
    TrainingConfiguration training = configuration.training();
    int minibatches = minibatchesPerEpoch();
    if (training.engine() == Engine.DL4J) {
      return new RoundPlan(minibatches, minibatches, minibatches);
    }
    if (configuration.averaging() == Averaging.GRADIENTS) {
      return new RoundPlan(minibatches, 1, 1);
    }
    int first = training.firstEpochAveragingFrequency();
    return new RoundPlan(
        minibatches,
        training.averagingFrequency(),
        first == 0 ? training.averagingFrequency() : first);
  }

  private int minibatchesPerEpoch() {
    return minibatchesPerEpoch(configuration, data);
  }

  private static int minibatchesPerEpoch(RunConfiguration configuration, TrainingData data) {
    int all = data.minibatchesPerEpoch(configuration.training().minibatchSize());
    int most = configuration.training().mostMinibatches();
    return most == 0 ? all : Math.min(all, most);
  }

  /** How replicas train. */
  public Recipe recipe() {
    TrainingConfiguration training = configuration.training();
    return new Recipe(
        topology,
        training.minibatchSize(),
        training.threadsPerWorker(),
        Updater.of(configuration.updater(), configuration.samplesOfStep()),
        new LearningRateSchedule(
            configuration.schedule(),
            configuration.updater().learningRate(),
            iterations(),
            (long) minibatchesPerEpoch() * budget().cycleEpochs()),
        training.clipNorm(),
        training.l2(),
        training.seed(),
        configuration.model().task() == TaskName.LANGUAGE_MODEL
            ? Recipe.Sequences.STREAMS
            : Recipe.Sequences.INDEPENDENT,
        training.firstCountedStep(),
        training.lengthWindowMinibatches(),
        targetScale,
        configuration.averaging(),
        training.shiftPixels());
  }

  /** What a run begins with that begins with no model's parameters. */
  public TrainingState randomStart() {
    return startingWith(
        ParameterInitializer.valueOf(configuration.model().recurrentInit().name())
            .initialise(topology, configuration.training().seed()));
  }

  /** What a run begins with that begins with a model's parameters. */
  public TrainingState startingWith(float[] parameters) {
    return TrainingState.initial(parameters, recipe().updater());
  }

  /**
   * The loop over rounds.
   *
   * @param kernels that run here, by name
   * @param runner evaluates, too, where rounds wait for it
   */
  public TrainingLoop loop(String kernels, RoundRunner runner, Surroundings around) {
    TrainingConfiguration training = configuration.training();
    TrainingLoop.Options options =
        new TrainingLoop.Options(
            budget(),
            plan(),
            recipe().schedule(),
            new CheckpointCadence(
                configuration.run().checkpointEvery(),
                configuration.run().checkpointEveryRounds(),
                Duration.ofNanos(Math.round(60e9 * configuration.run().checkpointEveryMinutes())),
                around.nanoTime()),
            validation(kernels, runner, around.stop()),
            around.stop(),
            new EarlyStopping(
                configuration.patienceEpochs(), training.earlyStoppingMinDelta(), scoreKind()),
            new MovingAverage(training.emaDecay()));
    return new TrainingLoop(options, runner, around.checkpoints(), around.listeners());
  }

  private Optional<TrainingLoop.Validation> validation(
      String kernels, RoundRunner runner, StopRequest stop) {
    if (data.size(Part.VALIDATION) == 0) {
      return Optional.empty();
    }
    int overlapRounds =
        configuration.followsValidation() ? 0 : configuration.training().evaluationOverlapRounds();
    if (overlapRounds == 0) {
      return Optional.of(
          new TrainingLoop.Validation(
              parameters -> decided(runner.evaluate(parameters, Part.VALIDATION)), 0));
    }
    // Executors are busy with the next rounds.
    LocalEvaluation onDriver =
        new LocalEvaluation(Ops.named(kernels), recipe().evaluator(), data, stop);
    return Optional.of(
        new TrainingLoop.Validation(
            parameters -> decided(onDriver.evaluate(parameters, Part.VALIDATION)), overlapRounds));
  }

  /** As the other, watched by nobody. */
  public TrainingState run(String kernels, RoundRunner runner, TrainingState start) {
    return run(kernels, runner, start, List.of());
  }

  /**
   * Trains from a state for a caller to whom the model is handed, and who keeps it.
   *
   * @return the last epoch's state, or with early stopping the best one's
   */
  public TrainingState run(
      String kernels, RoundRunner runner, TrainingState start, List<TrainingListener> listeners) {
    BestInMemory best = new BestInMemory();
    Surroundings around = new Surroundings(StopRequest.NEVER, best, listeners, System::nanoTime);
    TrainingState end = loop(kernels, runner, around).run(start);
    return configuration.patienceEpochs() > 0 ? best.state() : end;
  }

  /** Keeps the state with the best validation score, the earliest of equals, and no other. */
  private static final class BestInMemory implements CheckpointWriter {
    private double merit = Double.NEGATIVE_INFINITY;
    private TrainingState best;

    @Override
    public CheckpointEntry save(TrainingState state, Optional<EvaluationResult> validation) {
      if (validation.isPresent() && (best == null || validation.get().score().merit() > merit)) {
        merit = validation.get().score().merit();
        best = state;
      }
      return new CheckpointEntry(URI.create("memory:state"), state.round(), 0);
    }

    /** For after the loop; null where nothing was evaluated. */
    TrainingState state() {
      return best;
    }
  }
}
