package io.sparkrnn.config;

import static io.sparkrnn.config.ValueType.anyWholeNumber;
import static io.sparkrnn.config.ValueType.emptyOr;
import static io.sparkrnn.config.ValueType.nonEmptyText;
import static io.sparkrnn.config.ValueType.number;
import static io.sparkrnn.config.ValueType.onOff;
import static io.sparkrnn.config.ValueType.oneOf;
import static io.sparkrnn.config.ValueType.text;
import static io.sparkrnn.config.ValueType.texts;
import static io.sparkrnn.config.ValueType.wholeNumber;
import static io.sparkrnn.config.ValueType.wholeNumbers;

import java.util.List;
import java.util.Optional;

/**
 * The registry of keys: the ranges, flags and descriptions. The defaults are in {@code
 * conf/spark-rnn.conf}, which is packaged beside this class.
 */
public final class Keys {
  private static final int MANY = Integer.MAX_VALUE;
  private static final String BELOW_ONE = "a number from 0 to below 1";
  private static final String UP_TO_ONE = "a number above 0, at most 1";

  public static final Key<String> MODEL_NAME =
      new Key<>(
          "model.name",
          "--model",
          "Model of the zoo.",
          nonEmptyText("NAME"),
          c -> c.model().name());

  public static final Key<List<Integer>> HIDDEN =
      new Key<>(
          "model.hidden",
          "--hidden",
          "Units of each recurrent layer, first layer first; empty: the model's own.",
          wholeNumbers(1, 65_536, 64),
          c -> c.model().hidden());

  public static final Key<String> ACTIVATION =
      new Key<>(
          "model.activation",
          "--activation",
          "Activation of the recurrent layers; empty: the model's own.",
          emptyOr("tanh", "relu"),
          c -> c.model().activation());

  public static final Key<RecurrentInit> RECURRENT_INIT =
      new Key<>(
          "model.recurrent-init",
          "--recurrent-init",
          "Initialisation of the recurrent weights.",
          oneOf(RecurrentInit.class),
          c -> c.model().recurrentInit());

  public static final Key<String> DATA_URI =
      new Key<>(
          "data.uri",
          "--data",
          "Data to train and test on: builtin:mnist, or a directory (a path or any URI that Hadoop can read) with the four IDX files by their standard names, gzipped or not.",
          nonEmptyText("URI"),
          c -> c.data().uri());

  public static final Key<String> TRAIN_IMAGES =
      new Key<>(
          "data.train-images",
          "--train-images",
          "IDX file of the training images, a path or URI; the four files go together and take the place of data.uri.",
          text("URI"),
          c -> c.data().trainImages());

  public static final Key<String> TRAIN_LABELS =
      new Key<>(
          "data.train-labels",
          "--train-labels",
          "IDX file of the training labels.",
          text("URI"),
          c -> c.data().trainLabels());

  public static final Key<String> TEST_IMAGES =
      new Key<>(
          "data.test-images",
          "--test-images",
          "IDX file of the test images.",
          text("URI"),
          c -> c.data().testImages());

  public static final Key<String> TEST_LABELS =
      new Key<>(
          "data.test-labels",
          "--test-labels",
          "IDX file of the test labels.",
          text("URI"),
          c -> c.data().testLabels());

  public static final Key<Integer> VALIDATION =
      new Key<>(
          "data.validation",
          "--validation",
          "Training samples held out for validation, drawn by the seed.",
          wholeNumber(0, MANY),
          c -> c.data().validation());

  public static final Key<Integer> EPOCHS =
      new Key<>(
          "training.epochs",
          "--epochs",
          "Passes over the training set.",
          wholeNumber(1, MANY),
          c -> c.training().epochs());

  public static final Key<Integer> MINIBATCH_SIZE =
      new Key<>(
          "training.minibatch-size",
          "--minibatch-size",
          "Samples in a minibatch, the step of one worker.",
          wholeNumber(1, 65_536),
          c -> c.training().minibatchSize());

  public static final Key<Integer> WORKERS =
      new Key<>(
          "training.workers",
          "--workers",
          "Workers: replicas of the model, each with its own shard of the training set; part of the result, whatever the number of executors.",
          wholeNumber(1, 32_768),
          c -> c.training().workers());

  public static final Key<Integer> THREADS_PER_WORKER =
      new Key<>(
          "training.threads-per-worker",
          "--threads-per-worker",
          "Threads that compute for one worker; the result does not depend on them.",
          wholeNumber(1, 1_024),
          c -> c.training().threadsPerWorker());

  public static final Key<Integer> AVERAGING_FREQUENCY =
      new Key<>(
          "training.averaging-frequency",
          "--averaging-frequency",
          "Iterations of every worker between two averages.",
          wholeNumber(1, MANY),
          c -> c.training().averagingFrequency());

  public static final Key<Integer> FIRST_EPOCH_AVERAGING_FREQUENCY =
      new Key<>(
          "training.first-epoch-averaging-frequency",
          "--first-epoch-averaging-frequency",
          "Iterations between two averages during the first epoch; 0: the same as later.",
          wholeNumber(0, MANY),
          c -> c.training().firstEpochAveragingFrequency());

  public static final Key<Long> SEED =
      new Key<>(
          "training.seed",
          "--seed",
          "Seed of initial parameters, hold-out, shards and orders.",
          anyWholeNumber(),
          c -> c.training().seed());

  public static final Key<Double> CLIP_NORM =
      new Key<>(
          "training.clip-norm",
          "--clip-norm",
          "Largest norm of the whole gradient, longer ones are scaled down to it; 0: no clipping.",
          number("a number of at least 0", x -> x >= 0),
          c -> c.training().clipNorm());

  public static final Key<Double> L2 =
      new Key<>(
          "training.l2",
          "--l2",
          "Coefficient of the L2 penalty on weights; 0: none.",
          number("a number of at least 0", x -> x >= 0),
          c -> c.training().l2());

  public static final Key<Engine> ENGINE =
      new Key<>(
          "training.engine",
          "--engine",
          "Who runs the rounds: Spark, the same rounds in this JVM, or DL4J Spark's own training master.",
          oneOf(Engine.class),
          c -> c.training().engine());

  public static final Key<KernelChoice> KERNELS =
      new Key<>(
          "training.kernels",
          "--kernels",
          "Arithmetic that runs: vector (Vector API), portable (plain Java), or the faster one there is.",
          oneOf(KernelChoice.class),
          c -> c.training().kernels());

  public static final Key<RoundsChoice> ROUNDS =
      new Key<>(
          "training.rounds",
          "--rounds",
          "How rounds run on Spark: resident (tasks that stay), job (a job a round), or the faster one there is.",
          oneOf(RoundsChoice.class),
          c -> c.training().rounds());

  public static final Key<Integer> EVALUATION_OVERLAP_ROUNDS =
      new Key<>(
          "training.evaluation-overlap-rounds",
          "--evaluation-overlap-rounds",
          "Rounds of the next epoch that run while the driver evaluates the held-out samples, before the result is reported and the checkpoint written; 0, as always with early stopping or plateaus: none, executors evaluate.",
          wholeNumber(0, MANY),
          c -> c.training().evaluationOverlapRounds());

  public static final Key<Integer> EARLY_STOPPING_EPOCHS =
      new Key<>(
          "training.early-stopping-epochs",
          "--early-stopping-epochs",
          "Epochs without a better validation accuracy after which training ends; the best epoch's parameters then are the result; 0: it ends with the last epoch, on the last parameters.",
          wholeNumber(0, MANY),
          c -> c.training().earlyStoppingEpochs());

  public static final Key<Double> EARLY_STOPPING_MIN_DELTA =
      new Key<>(
          "training.early-stopping-min-delta",
          "--early-stopping-min-delta",
          "For early stopping, an accuracy is better if it exceeds the best one before it by more than this.",
          number("a number from 0 to 1", x -> x >= 0 && x <= 1),
          c -> c.training().earlyStoppingMinDelta());

  public static final Key<Double> EMA_DECAY =
      new Key<>(
          "training.ema-decay",
          "--ema-decay",
          "Decay per iteration of a moving average of the parameters, which is evaluated and becomes the model; 0: none.",
          number(BELOW_ONE, x -> x >= 0 && x < 1),
          c -> c.training().emaDecay());

  public static final Key<String> INITIAL_MODEL =
      new Key<>(
          "training.initial-model",
          "--initial-model",
          "Model file (model.srnn), or the run directory that holds one, whose parameters training starts from, a path or URI; empty: random ones.",
          text("URI"),
          c -> c.training().initialModel());

  public static final Key<UpdaterName> UPDATER_NAME =
      new Key<>(
          "updater.name",
          "--updater",
          "Updater.",
          oneOf(UpdaterName.class),
          c -> c.updater().name());

  public static final Key<Double> LEARNING_RATE =
      new Key<>(
          "updater.learning-rate",
          "--learning-rate",
          "Learning rate, at the peak of the schedule.",
          number("a number above 0", x -> x > 0),
          c -> c.updater().learningRate());

  public static final Key<Double> MOMENTUM =
      new Key<>(
          "updater.momentum",
          "--momentum",
          "Momentum of nesterovs.",
          number(BELOW_ONE, x -> x >= 0 && x < 1),
          c -> c.updater().momentum());

  public static final Key<Double> BETA1 =
      new Key<>(
          "updater.beta1",
          "--beta1",
          "Decay of adam's mean of gradients, per iteration.",
          number(BELOW_ONE, x -> x >= 0 && x < 1),
          c -> c.updater().beta1());

  public static final Key<Double> BETA2 =
      new Key<>(
          "updater.beta2",
          "--beta2",
          "Decay of adam's mean of squared gradients, per iteration.",
          number(BELOW_ONE, x -> x >= 0 && x < 1),
          c -> c.updater().beta2());

  public static final Key<Double> EPSILON =
      new Key<>(
          "updater.epsilon",
          "--epsilon",
          "What adam adds to its denominator.",
          number("a number above 0", x -> x > 0),
          c -> c.updater().epsilon());

  public static final Key<ScheduleName> SCHEDULE_NAME =
      new Key<>(
          "schedule.name",
          "--schedule",
          "Schedule of the learning rate over the iterations of the run.",
          oneOf(ScheduleName.class),
          c -> c.schedule().name());

  public static final Key<Integer> WARM_UP_ITERATIONS =
      new Key<>(
          "schedule.warm-up-iterations",
          "--warm-up-iterations",
          "Iterations of linear warm-up before the schedule; 0: none.",
          wholeNumber(0, MANY),
          c -> c.schedule().warmUpIterations());

  public static final Key<Double> DECAY_RATE =
      new Key<>(
          "schedule.decay-rate",
          "--decay-rate",
          "Factor on the learning rate per decay-iterations, of step and exponential.",
          number(UP_TO_ONE, x -> x > 0 && x <= 1),
          c -> c.schedule().decayRate());

  public static final Key<Integer> DECAY_ITERATIONS =
      new Key<>(
          "schedule.decay-iterations",
          "--decay-iterations",
          "Iterations in which decay-rate applies once, of step and exponential.",
          wholeNumber(1, MANY),
          c -> c.schedule().decayIterations());

  public static final Key<Double> FINAL_FRACTION =
      new Key<>(
          "schedule.final-fraction",
          "--final-fraction",
          "Fraction of the learning rate that cosine ends on.",
          number("a number from 0 to 1", x -> x >= 0 && x <= 1),
          c -> c.schedule().finalFraction());

  public static final Key<Integer> PLATEAU_EPOCHS =
      new Key<>(
          "schedule.plateau-epochs",
          "--plateau-epochs",
          "Epochs without a better validation accuracy after which the learning rate is reduced, again and again; 0: never.",
          wholeNumber(0, MANY),
          c -> c.schedule().plateauEpochs());

  public static final Key<Double> PLATEAU_FACTOR =
      new Key<>(
          "schedule.plateau-factor",
          "--plateau-factor",
          "Factor of each such reduction, on whatever the schedule gives.",
          number(UP_TO_ONE, x -> x > 0 && x <= 1),
          c -> c.schedule().plateauFactor());

  public static final Key<Double> PLATEAU_MIN_LEARNING_RATE =
      new Key<>(
          "schedule.plateau-min-learning-rate",
          "--plateau-min-learning-rate",
          "Learning rate below which such reductions do not go; the schedule itself may.",
          number("a number of at least 0", x -> x >= 0),
          c -> c.schedule().plateauMinLearningRate());

  public static final Key<String> RUN_DIR =
      new Key<>(
          "run.dir",
          "--run-dir",
          "Run directory, a path or a file: or hdfs: URI; empty: a new one under ./runs.",
          text("URI"),
          c -> c.run().dir());

  public static final Key<Boolean> RESUME =
      new Key<>(
          "run.resume",
          "--resume",
          "Whether to go on from the newest checkpoint in the run directory.",
          onOff(),
          c -> c.run().resume());

  public static final Key<List<String>> ALLOW_DRIFT =
      new Key<>(
          "run.allow-drift",
          "--allow-drift",
          "What may differ from the resumed run although the result is then another one: keys of this file, data, arithmetic.",
          texts("FIELD"),
          c -> c.run().allowDrift());

  public static final Key<Integer> CHECKPOINT_EVERY =
      new Key<>(
          "run.checkpoint-every",
          "--checkpoint-every",
          "Epochs between two checkpoints; with early stopping always 1.",
          wholeNumber(1, MANY),
          c -> c.run().checkpointEvery());

  public static final Key<Integer> CHECKPOINT_EVERY_ROUNDS =
      new Key<>(
          "run.checkpoint-every-rounds",
          "--checkpoint-every-rounds",
          "Also a checkpoint so many rounds after the last one; 0: none.",
          wholeNumber(0, MANY),
          c -> c.run().checkpointEveryRounds());

  public static final Key<Double> CHECKPOINT_EVERY_MINUTES =
      new Key<>(
          "run.checkpoint-every-minutes",
          "--checkpoint-every-minutes",
          "Also a checkpoint so many minutes after the last one; 0: none.",
          number("a number from 0 to 1000000", x -> x >= 0 && x <= 1e6),
          c -> c.run().checkpointEveryMinutes());

  public static final Key<Integer> KEEP =
      new Key<>(
          "run.keep",
          "--keep",
          "Checkpoints that are kept, the newest; the one with the best validation accuracy stays beside them.",
          wholeNumber(1, MANY),
          c -> c.run().keep());

  public static final Key<Double> RETRY_SECONDS =
      new Key<>(
          "run.retry-seconds",
          "--retry-seconds",
          "Seconds for which writing to the run directory is tried again when it fails.",
          number("a number from 0 to 1000000", x -> x >= 0 && x <= 1e6),
          c -> c.run().retrySeconds());

  public static final Key<Double> HEARTBEAT_SECONDS =
      new Key<>(
          "run.heartbeat-seconds",
          "--heartbeat-seconds",
          "Seconds between two signs of life of the driver in the run directory.",
          number("a number from 0.01 to 1000000", x -> x >= 0.01 && x <= 1e6),
          c -> c.run().heartbeatSeconds());

  public static final Key<Double> TAKEOVER_SECONDS =
      new Key<>(
          "run.takeover-seconds",
          "--takeover-seconds",
          "Seconds without a sign of life, three of its heartbeats at least, after which another driver's run may be resumed.",
          number("a number from 0.01 to 1000000", x -> x >= 0.01 && x <= 1e6),
          c -> c.run().takeoverSeconds());

  public static final Key<String> TENSORBOARD =
      new Key<>(
          "run.tensorboard",
          "--tensorboard",
          "Directory for TensorBoard's event files, one below it for each run, path or URI; empty: none.",
          text("DIR"),
          c -> c.run().tensorboard());

  public static final Key<String> MASTER =
      new Key<>(
          "spark.master",
          "--master",
          "Master URL of Spark; empty: what spark-submit says, local[*] without it.",
          text("URL"),
          c -> c.master());

  public static final Key<Boolean> SHARED_PATHS =
      new Key<>(
          "spark.shared-paths",
          "--shared-paths",
          "Whether local paths mean the same files on every machine of the cluster, such as those of a mounted share.",
          onOff(),
          c -> c.sharedPaths());

  /** Below it, any name is a Hadoop property. */
  static final String HADOOP_PREFIX = "hadoop.";

  private static final List<Key<?>> ALL =
      List.of(
          MODEL_NAME,
          HIDDEN,
          ACTIVATION,
          RECURRENT_INIT,
          DATA_URI,
          TRAIN_IMAGES,
          TRAIN_LABELS,
          TEST_IMAGES,
          TEST_LABELS,
          VALIDATION,
          EPOCHS,
          MINIBATCH_SIZE,
          WORKERS,
          THREADS_PER_WORKER,
          AVERAGING_FREQUENCY,
          FIRST_EPOCH_AVERAGING_FREQUENCY,
          SEED,
          CLIP_NORM,
          L2,
          ENGINE,
          KERNELS,
          ROUNDS,
          EVALUATION_OVERLAP_ROUNDS,
          EARLY_STOPPING_EPOCHS,
          EARLY_STOPPING_MIN_DELTA,
          EMA_DECAY,
          INITIAL_MODEL,
          UPDATER_NAME,
          LEARNING_RATE,
          MOMENTUM,
          BETA1,
          BETA2,
          EPSILON,
          SCHEDULE_NAME,
          WARM_UP_ITERATIONS,
          DECAY_RATE,
          DECAY_ITERATIONS,
          FINAL_FRACTION,
          PLATEAU_EPOCHS,
          PLATEAU_FACTOR,
          PLATEAU_MIN_LEARNING_RATE,
          RUN_DIR,
          RESUME,
          ALLOW_DRIFT,
          CHECKPOINT_EVERY,
          CHECKPOINT_EVERY_ROUNDS,
          CHECKPOINT_EVERY_MINUTES,
          KEEP,
          RETRY_SECONDS,
          HEARTBEAT_SECONDS,
          TAKEOVER_SECONDS,
          TENSORBOARD,
          MASTER,
          SHARED_PATHS);

  private Keys() {}

  /** Every key, in the order of the configuration file. */
  public static List<Key<?>> all() {
    return ALL;
  }

  public static Optional<Key<?>> find(String path) {
    return ALL.stream().filter(key -> key.path().equals(path)).findFirst().map(key -> key);
  }

  static boolean isSection(String path) {
    return HADOOP_PREFIX.equals(path + ".")
        || ALL.stream().anyMatch(key -> key.section().equals(path));
  }
}
