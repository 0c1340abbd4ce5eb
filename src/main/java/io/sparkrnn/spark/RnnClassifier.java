package io.sparkrnn.spark;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.spark.data.FeatureTable;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.ml.KeyParams;
import io.sparkrnn.spark.ml.TableTraining;
import io.sparkrnn.spark.ml.UidInConstruction;
import io.sparkrnn.train.TrainingDivergedException;
import java.util.Locale;
import java.util.OptionalInt;
import org.apache.spark.ml.classification.ProbabilisticClassifier;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntArrayParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.ml.util.MetadataUtils;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import scala.Option;

/**
 * Classifies sequences in Spark ML: stacked recurrent layers and a dense layer over the last state,
 * trained by several workers as by the program.
 *
 * <p>A row's features are one sequence, {@code [timeStep][input]} flat, as a vector or an array of
 * numbers; its label is a whole number from 0. Classes are as many as the label column's metadata
 * say, else one more than the largest label. Equal rows and params give equal bits, in whatever
 * order and partitions the rows come, on any number of executors.
 *
 * <p>{@code fit} throws {@link io.sparkrnn.data.DataException} for a row that cannot be used,
 * {@link ConfigurationException} for params that cannot, both of them {@link
 * IllegalArgumentException}s as Spark ML's are, {@link SparkJobException} where Spark gives up, and
 * {@link TrainingDivergedException}.
 */
public final class RnnClassifier
    extends ProbabilisticClassifier<Vector, RnnClassifier, RnnClassificationModel>
    implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final String DOING = "train on rows";

  // Set by the superclass's constructor, through uid().
  private String uid;

  private final KeyParams keys = new KeyParams(this);
  private final IntParam timeSteps =
      keys.ofNoKey(
          "timeSteps",
          "Time steps of a sequence; features are a multiple of it.",
          "a whole number of at least 1",
          steps -> steps >= 1);
  private final IntArrayParam hidden = keys.wholeNumbers("model.hidden", "hidden");
  private final Param<String> activation = keys.text("model.activation", "activation");
  private final Param<String> recurrentInit = keys.text("model.recurrent-init", "recurrentInit");
  private final IntParam epochs = keys.wholeNumber("training.epochs", "epochs");
  private final IntParam minibatchSize =
      keys.wholeNumber("training.minibatch-size", "minibatchSize");
  private final IntParam workers = keys.wholeNumber("training.workers", "workers");
  private final IntParam threadsPerWorker =
      keys.wholeNumber("training.threads-per-worker", "threadsPerWorker");
  private final Param<String> averaging = keys.text("training.averaging", "averaging");
  private final IntParam averagingFrequency =
      keys.wholeNumber("training.averaging-frequency", "averagingFrequency");
  private final LongParam seed = keys.longNumber("training.seed", "seed");
  private final DoubleParam clipNorm = keys.number("training.clip-norm", "clipNorm");
  private final DoubleParam l2 = keys.number("training.l2", "l2");
  private final Param<String> updater = keys.text("updater.name", "updater");
  private final DoubleParam learningRate = keys.number("updater.learning-rate", "learningRate");
  private final DoubleParam weightDecay = keys.number("updater.weight-decay", "weightDecay");
  private final Param<String> schedule = keys.text("schedule.name", "schedule");
  private final IntParam warmUpIterations =
      keys.wholeNumber("schedule.warm-up-iterations", "warmUpIterations");
  private final Param<String> kernels = keys.text("training.kernels", "kernels");
  private final Param<String> rounds = keys.text("training.rounds", "rounds");

  /** A classifier with defaults for all but {@link #setTimeSteps}. */
  public RnnClassifier() {
    this(Identifiable$.MODULE$.randomUID("rnnClassifier"));
  }

  /** As above, with the uid of another one. */
  public RnnClassifier(String uid) {
    this(UidInConstruction.begin(uid));
  }

  private RnnClassifier(UidInConstruction construction) {
    construction.end();
    String model = ConfigurationLoader.defaults().model().name();
    Network topology = ModelZoo.find(model).orElseThrow().network();
    setDefault(hidden, topology.hidden().stream().mapToInt(units -> units).toArray());
    setDefault(activation, topology.activation().name().toLowerCase(Locale.ROOT));
  }

  @Override
  public String uid() {
    if (uid == null) {
      uid = UidInConstruction.get();
    }
    return uid;
  }

  /**
   * Time steps of a sequence; a row has {@code timeSteps * inputs} features. There is no default.
   */
  public RnnClassifier setTimeSteps(int value) {
    return with(timeSteps, value);
  }

  /** {@link #setTimeSteps}. */
  public IntParam timeSteps() {
    return timeSteps;
  }

  /** Units of each recurrent layer, first layer first; 150 by default. */
  public RnnClassifier setHidden(int[] value) {
    return with(hidden, value);
  }

  /** {@link #setHidden}. */
  public IntArrayParam hidden() {
    return hidden;
  }

  /** {@code tanh} (the default) or {@code relu}. */
  public RnnClassifier setActivation(String value) {
    return with(activation, value);
  }

  /** {@link #setActivation}. */
  public Param<String> activation() {
    return activation;
  }

  /** {@code orthogonal} (the default), {@code xavier}, {@code identity} or {@code pytorch}. */
  public RnnClassifier setRecurrentInit(String value) {
    return with(recurrentInit, value);
  }

  /** {@link #setRecurrentInit}. */
  public Param<String> recurrentInit() {
    return recurrentInit;
  }

  /** Passes over the training set; not set, they follow from the number of workers. */
  public RnnClassifier setEpochs(int value) {
    return with(epochs, value);
  }

  /** {@link #setEpochs}. */
  public IntParam epochs() {
    return epochs;
  }

  /** Samples in a minibatch, the step of one worker; 64 by default. */
  public RnnClassifier setMinibatchSize(int value) {
    return with(minibatchSize, value);
  }

  /** {@link #setMinibatchSize}. */
  public IntParam minibatchSize() {
    return minibatchSize;
  }

  /**
   * Replicas of the model, each with its own shard of the rows; 2 by default. Part of the result,
   * unlike the number of executors.
   */
  public RnnClassifier setWorkers(int value) {
    return with(workers, value);
  }

  /** {@link #setWorkers}. */
  public IntParam workers() {
    return workers;
  }

  /**
   * Threads that compute for one worker; 1 by default. Spark should count as many cores for a task
   * ({@code spark.task.cpus}). Without effect on the result.
   */
  public RnnClassifier setThreadsPerWorker(int value) {
    return with(threadsPerWorker, value);
  }

  /** {@link #setThreadsPerWorker}. */
  public IntParam threadsPerWorker() {
    return threadsPerWorker;
  }

  /**
   * What workers average: {@code parameters}, {@code gradients}, or {@code auto} (the default),
   * which is parameters up to 4 workers and gradients beyond.
   */
  public RnnClassifier setAveraging(String value) {
    return with(averaging, value);
  }

  /** {@link #setAveraging}. */
  public Param<String> averaging() {
    return averaging;
  }

  /** Iterations of every worker between two averages of parameters; 5 by default. */
  public RnnClassifier setAveragingFrequency(int value) {
    return with(averagingFrequency, value);
  }

  /** {@link #setAveragingFrequency}. */
  public IntParam averagingFrequency() {
    return averagingFrequency;
  }

  /** Seed of initial parameters and of the order of samples; 1 by default. */
  public RnnClassifier setSeed(long value) {
    return with(seed, value);
  }

  /** {@link #setSeed}. */
  public LongParam seed() {
    return seed;
  }

  /** Largest norm of the whole gradient; 1 by default, 0 for no clipping. */
  public RnnClassifier setClipNorm(double value) {
    return with(clipNorm, value);
  }

  /** {@link #setClipNorm}. */
  public DoubleParam clipNorm() {
    return clipNorm;
  }

  /** Coefficient of the L2 penalty on weights; 0 by default, which is none. */
  public RnnClassifier setL2(double value) {
    return with(l2, value);
  }

  /** {@link #setL2}. */
  public DoubleParam l2() {
    return l2;
  }

  /**
   * {@code adam}, {@code adamw}, {@code muon}, {@code nesterovs}, {@code sgd}, or {@code auto} (the
   * default), which is adam where parameters are averaged and muon where gradients are.
   */
  public RnnClassifier setUpdater(String value) {
    return with(updater, value);
  }

  /** {@link #setUpdater}. */
  public Param<String> updater() {
    return updater;
  }

  /** Learning rate, at the peak of the schedule; not set, it follows from the number of workers. */
  public RnnClassifier setLearningRate(double value) {
    return with(learningRate, value);
  }

  /** {@link #setLearningRate}. */
  public DoubleParam learningRate() {
    return learningRate;
  }

  /** Weight decay of {@code adamw}; 0.01 by default, and without effect on other updaters. */
  public RnnClassifier setWeightDecay(double value) {
    return with(weightDecay, value);
  }

  /** {@link #setWeightDecay}. */
  public DoubleParam weightDecay() {
    return weightDecay;
  }

  /**
   * {@code cosine} (the default), {@code constant}, {@code step}, {@code exponential}, {@code
   * linear} or {@code one-cycle}.
   */
  public RnnClassifier setSchedule(String value) {
    return with(schedule, value);
  }

  /** {@link #setSchedule}. */
  public Param<String> schedule() {
    return schedule;
  }

  /**
   * Iterations of linear warm-up before the schedule; 0, as {@code one-cycle} needs. Not set, there
   * are none for up to 4 workers that average parameters, and else a part of the run.
   */
  public RnnClassifier setWarmUpIterations(int value) {
    return with(warmUpIterations, value);
  }

  /** {@link #setWarmUpIterations}. */
  public IntParam warmUpIterations() {
    return warmUpIterations;
  }

  /**
   * {@code auto} (the default), {@code vector} or {@code portable}; without effect on the result.
   */
  public RnnClassifier setKernels(String value) {
    return with(kernels, value);
  }

  /** {@link #setKernels}. */
  public Param<String> kernels() {
    return kernels;
  }

  /**
   * {@code auto} (the default), {@code resident} (tasks that stay, which take the slots that there
   * are) or {@code job} (a Spark job a round); without effect on the result.
   */
  public RnnClassifier setRounds(String value) {
    return with(rounds, value);
  }

  /** {@link #setRounds}. */
  public Param<String> rounds() {
    return rounds;
  }

  private <T> RnnClassifier with(Param<T> param, T value) {
    keys.requireValid(param, value);
    set(param, value);
    return this;
  }

  /** What is trained by; the number of time steps is no part of it. */
  RunConfiguration configuration() {
    return keys.configuration();
  }

  @Override
  public RnnClassifier copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  public StructType transformSchema(StructType schema) {
    return FeatureTable.withVector(schema, getFeaturesCol(), DOING, super::transformSchema);
  }

  /** Called by {@code fit}, with labels that are doubles. */
  @Override
  public RnnClassificationModel train(Dataset<?> dataset) {
    if (!isDefined(timeSteps)) {
      throw new ConfigurationException("timeSteps", "expected a whole number, found none");
    }
    Option<Object> classes = MetadataUtils.getNumClasses(dataset.schema().apply(getLabelCol()));
    TableTraining.Trained trained =
        new TableTraining(
                configuration(),
                dataset.select(functions.col(getFeaturesCol()), functions.col(getLabelCol())),
                getFeaturesCol(),
                (Integer) getOrDefault(timeSteps),
                classes.isDefined() ? OptionalInt.of((Integer) classes.get()) : OptionalInt.empty())
            .run();
    return new RnnClassificationModel(
        uid(), new ModelFile(trained.topology(), trained.parameters(), trained.inputs().lines()));
  }

  /** Reads what {@link #write} wrote. */
  public static MLReader<RnnClassifier> read() {
    return new DefaultParamsReader<RnnClassifier>() {
      @Override
      public RnnClassifier load(String path) {
        return super.load(path).asItWasSaved();
      }
    };
  }

  /** Earlier versions averaged parameters alone, and had a default for all that is open now. */
  private RnnClassifier asItWasSaved() {
    return getDefault(epochs).isDefined() && !isSet(averaging) ? setAveraging("parameters") : this;
  }

  /** Reads what {@code save} wrote. */
  public static RnnClassifier load(String path) {
    return read().load(path);
  }
}
