package io.sparkrnn.spark.rounds;

import io.sparkrnn.Build;
import io.sparkrnn.checkpoint.CheckpointEntry;
import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.RoundsChoice;
import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.PortableOps;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.SyntheticData;
import io.sparkrnn.spark.shards.WorkerShards;
import io.sparkrnn.train.CheckpointCadence;
import io.sparkrnn.train.EarlyStopping;
import io.sparkrnn.train.EpochReport;
import io.sparkrnn.train.LocalEvaluation;
import io.sparkrnn.train.LocalRoundRunner;
import io.sparkrnn.train.MovingAverage;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.RoundPlan;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.StopRequest;
import io.sparkrnn.train.TrainingListener;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingLoop.Validation;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Muon;
import io.sparkrnn.train.updater.Updater;
import java.io.File;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** A run of two epochs over a few hundred tiny samples, each epoch evaluated, on any runner. */
public final class SmallTraining {
  private static final int EPOCHS = 2;
  private static final int MINIBATCH = 16;
  private static final RnnTopology TOPOLOGY =
      new RnnTopology("test", Network.elman(6, 7, List.of(9, 5), Activation.TANH, 4));

  /** Shards of unequal size, with a short last minibatch; an odd number of workers. */
  public static final TrainingData DATA = new SyntheticData(5, 1203, 6, 7, 4);

  /** Of executors that live for seconds: most of it would be the compiler's. */
  static final String FAST_JVM = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

  /** What executors run. */
  static final String CLASSES =
      String.join(
          File.pathSeparator,
          Build.resolve("classes").toString(),
          Build.resolve("test-classes").toString());

  private SmallTraining() {}

  /** All that a run can be told by. */
  record Outcome(
      String parametersSha256, List<EvaluationResult> epochs, EvaluationResult evaluation) {}

  public static Recipe recipe(TrainingData data) {
    return recipe(data, new Updater.Adam(0.9, 0.999, 1e-8));
  }

  /** Of gradients that are averaged, with steps by muon. */
  static Recipe muon(TrainingData data) {
    return recipe(data, new Muon(0.95, new Updater.Adam(0.9, 0.99, 1e-8), 0.5, false))
        .averaging(Averaging.GRADIENTS);
  }

  private static Recipe recipe(TrainingData data, Updater updater) {
    long iterations = (long) EPOCHS * data.minibatchesPerEpoch(MINIBATCH);
    LearningRateSchedule schedule =
        new LearningRateSchedule(
            new ScheduleConfiguration(ScheduleName.COSINE, 3, 0.5, 100, 0.0, 0, 0, 0, 0, 1, 0),
            0.01,
            iterations);
    return new Recipe(TOPOLOGY, MINIBATCH, 1, updater, schedule, 1.0, 1e-4, 42);
  }

  static TrainingState start(Recipe recipe) {
    return TrainingState.initial(
        ParameterInitializer.ORTHOGONAL.initialise(TOPOLOGY, 42), recipe.updater());
  }

  static RoundPlan plan(TrainingData data) {
    return new RoundPlan(data.minibatchesPerEpoch(MINIBATCH), 4, 2);
  }

  public static Outcome run(TrainingData data, RoundRunner runner) {
    return run(recipe(data), data, runner);
  }

  static Outcome run(Recipe recipe, TrainingData data, RoundRunner runner) {
    return run(
        recipe,
        data,
        runner,
        new Validation(parameters -> runner.evaluate(parameters, Part.VALIDATION), 0));
  }

  /** With rounds that go on while the driver evaluates. */
  static Outcome runOverlapping(TrainingData data, RoundRunner runner, int overlapRounds) {
    LocalEvaluation onDriver =
        new LocalEvaluation(new PortableOps(), TOPOLOGY, data, StopRequest.NEVER);
    return run(
        recipe(data),
        data,
        runner,
        new Validation(
            parameters -> onDriver.evaluate(parameters, Part.VALIDATION), overlapRounds));
  }

  private static Outcome run(
      Recipe recipe, TrainingData data, RoundRunner runner, Validation validation) {
    RoundPlan plan =
        recipe.averaging() == Averaging.GRADIENTS
            ? new RoundPlan(data.minibatchesPerEpoch(MINIBATCH), 1, 1)
            : plan(data);
    List<EvaluationResult> epochs = new ArrayList<>();
    TrainingListener listener =
        new TrainingListener() {
          @Override
          public void onEpoch(EpochReport report) {
            epochs.add(report.validation().orElseThrow());
          }
        };
    TrainingState end =
        new TrainingLoop(
                new TrainingLoop.Options(
                    new TrainingLoop.Budget(EPOCHS),
                    plan,
                    recipe.schedule(),
                    new CheckpointCadence(1, 0, Duration.ZERO, System::nanoTime),
                    Optional.of(validation),
                    () -> false,
                    new EarlyStopping(0, 0),
                    new MovingAverage(0)),
                runner,
                (state, scores) ->
                    new CheckpointEntry(URI.create("none:" + state.round()), state.round(), 0),
                List.of(listener))
            .run(start(recipe));
    return new Outcome(
        end.parametersSha256(), epochs, runner.evaluate(end.parameters(), Part.TEST));
  }

  /** What every other runner must come to. */
  public static Outcome local(TrainingData data) {
    return local(recipe(data), data);
  }

  static Outcome local(Recipe recipe, TrainingData data) {
    return run(
        recipe, data, new LocalRoundRunner(recipe, new PortableOps(), data, StopRequest.NEVER));
  }

  /** A job a round, over shards that are read from the data. */
  public static JobRoundRunner jobs(
      JavaSparkContext context, Recipe recipe, String kernels, TrainingData data) {
    return new JobRoundRunner(
        context, recipe, kernels, data, WorkerShards.readFrom(context, data), StopRequest.NEVER);
  }

  /** Tasks that stay, over such shards. */
  public static ResidentRoundRunner resident(
      JavaSparkContext context, Recipe recipe, String kernels, TrainingData data) {
    return new ResidentRoundRunner(
        context, recipe, kernels, data, WorkerShards.readFrom(context, data), StopRequest.NEVER);
  }

  /** Either of them, with the portable kernels. */
  public static RoundRunner rounds(
      RoundsChoice choice, JavaSparkContext context, TrainingData data) {
    return choice == RoundsChoice.JOB
        ? jobs(context, recipe(data), "portable", data)
        : resident(context, recipe(data), "portable", data);
  }

  public static JavaSparkContext context(String master) {
    return context(master, Map.of());
  }

  public static JavaSparkContext context(String master, Map<String, String> settings) {
    SparkConf conf =
        new SparkConf()
            .setMaster(master)
            .setAppName("small training")
            .set("spark.ui.enabled", "false")
            .set("spark.driver.host", "127.0.0.1")
            .set("spark.executor.memory", "384m")
            .set("spark.testing.reservedMemory", "67108864")
            .set("spark.executor.extraClassPath", CLASSES)
            .set("spark.executor.extraJavaOptions", FAST_JVM)
            // That an executor has gone is known when its connection has.
            .set("spark.standalone.executorRemoveDelayOnDisconnection", "100ms")
            // As conf/spark-defaults.conf has it.
            .set("spark.locality.wait", "200ms");
    settings.forEach(conf::set);
    return new JavaSparkContext(conf);
  }
}
