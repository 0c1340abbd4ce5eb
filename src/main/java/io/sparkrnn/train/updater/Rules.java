package io.sparkrnn.train.updater;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.config.Engine;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.config.UpdaterName;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What settings are that say {@code auto}: they follow from what is averaged, the number of
 * workers, and the samples of a step. Measured on MNIST with an Elman network of 150 units; what is
 * of texts and of small tables, on held-out parts of sets of sequences.
 *
 * <p>Up to so many workers as average parameters by themselves only the budget follows from their
 * number. Classes are learnt by muon there, too, unless a learning rate is given: that has always
 * been adam's, and stays so, as do the constants of all that is no classification.
 *
 * @param asked the configuration that says it
 */
public record Rules(RunConfiguration asked) {
  private static final Key AVERAGING = Keys.of("training.averaging");
  private static final Key EPOCHS = Keys.of("training.epochs");
  private static final Key MOST_EPOCHS = Keys.of("training.most-epochs");
  private static final Key UPDATER = Keys.of("updater.name");
  private static final Key LEARNING_RATE = Keys.of("updater.learning-rate");
  private static final Key MOMENTUM = Keys.of("updater.momentum");
  private static final Key BETA2 = Keys.of("updater.beta2");
  private static final Key ADAM_LEARNING_RATE = Keys.of("updater.adam-learning-rate");
  private static final Key WARM_UP = Keys.of("schedule.warm-up-iterations");

  private static final Key SHIFT = Keys.of("training.shift-pixels");

  private static final List<Key> ALL =
      List.of(
          AVERAGING,
          EPOCHS,
          MOST_EPOCHS,
          UPDATER,
          LEARNING_RATE,
          MOMENTUM,
          BETA2,
          ADAM_LEARNING_RATE,
          WARM_UP,
          SHIFT);

  private static final Set<TaskName> OF_CLASSES =
      EnumSet.of(TaskName.CLASSIFY, TaskName.LABEL_STEPS);

  /** The minibatch that rates were chosen with. */
  private static final double MINIBATCH = 64;

  private static final double ADAM_RATE = 0.002;
  private static final double MUON_RATE = 0.005;
  private static final double MUON_EXPONENT = 0.43;

  // Vectors of tokens begin with a deviation of 1, weights with about a tenth of that. So adam's
  // rate is larger, and more so where muon has the weights of inputs and of the state.
  private static final double EMBEDDING_FACTOR = 20;
  private static final double WHOLE_NETWORK_FACTOR = 10;
  private static final double MOST_OF_EMBEDDINGS = 0.2;

  /** Samples of a step from which the noise of momentum's older gradients is not worth its lag. */
  private static final int LESS_MOMENTUM = 1_024;

  /** Images of a step from which moving them helps. */
  private static final int IMAGES_TO_MOVE = 512;

  /** Samples of a step from which rates are so large that they need a longer warm-up. */
  private static final int LONGER_WARM_UP = 2_048;

  /** Samples of a step from which muon has the output weights, too. */
  private static final int OUTPUTS_BY_MUON = 4_096;

  private static final int EPOCHS_OF_ADAM = 10;
  private static final int LEAST_EPOCHS_OF_GRADIENTS = 3;
  private static final int LEAST_EPOCHS_OF_PARAMETERS = 4;

  /** How many times its budget a run may come to while its validation score gets better. */
  private static final int MOST_BUDGETS = 3;

  // Iterations follow T (1 + B / samples): ever larger minibatches save ever fewer of them.
  private static final double LEAST_ITERATIONS = 100;
  private static final double CRITICAL_SAMPLES = 1_536;

  // A small table is learnt by heart before so many: it has so many epochs, or iterations, or
  // iterations for each of its samples.
  private static final double EPOCHS_OF_FEW_SAMPLES = 40;
  private static final double LEAST_OF_FEW_SAMPLES = 300;
  private static final double ITERATIONS_OF_A_SAMPLE = 1.5;

  /**
   * A run's settings, all of them decided.
   *
   * @param minibatchesPerEpoch of the worker with the largest shard
   * @param samplesPerEpoch of all workers
   */
  public RunConfiguration decided(int minibatchesPerEpoch, long samplesPerEpoch) {
    Map<Key, String> texts = withoutData();
    long epochs = epochs(minibatchesPerEpoch, samplesPerEpoch);
    texts.put(EPOCHS, String.valueOf(epochs));
    if (MOST_EPOCHS.isAuto(asked) && goesOn()) {
      texts.put(MOST_EPOCHS, String.valueOf(MOST_BUDGETS * epochs));
    }
    if (WARM_UP.isAuto(asked)) {
      texts.put(WARM_UP, String.valueOf(Math.round(warmUp() * epochs * minibatchesPerEpoch)));
    }
    return asked.with(texts);
  }

  /** The same as far as it does not depend on the data. */
  public RunConfiguration decided() {
    return asked.with(withoutData());
  }

  /** With an earlier run's settings where nothing is asked. */
  public RunConfiguration resuming(RunConfiguration earlier) {
    Map<Key, String> texts = new HashMap<>();
    for (Key key : ALL) {
      if (key.isAuto(asked)) {
        texts.put(key, key.text(earlier));
      }
    }
    return asked.with(texts);
  }

  private Map<Key, String> withoutData() {
    Map<Key, String> texts = new HashMap<>();
    texts.put(AVERAGING, asked.averaging().toString());
    texts.put(UPDATER, updater().toString());
    boolean byMuon = updater() == UpdaterName.MUON;
    put(texts, LEARNING_RATE, byMuon ? muonRate() : adamRate());
    put(texts, ADAM_LEARNING_RATE, byMuon ? rateBesideMuon() : adamRate());
    put(texts, MOMENTUM, momentum());
    if (EPOCHS.isAuto(asked) && !followsIterations() && asked.training().iterations() == 0) {
      texts.put(EPOCHS, String.valueOf(EPOCHS_OF_ADAM));
    }
    if (MOST_EPOCHS.isAuto(asked) && !goesOn()) {
      texts.put(MOST_EPOCHS, "0");
    }
    if (WARM_UP.isAuto(asked) && warmUp() == 0) {
      texts.put(WARM_UP, "0");
    }
    if (SHIFT.isAuto(asked)) {
      texts.put(SHIFT, memorises() ? "1" : "0");
    }
    put(texts, BETA2, isOfFew() ? 0.999 : Math.max(0.95, 1 - 0.001 * minibatches()));
    return texts;
  }

  /** Numbers that people can read, and say again as flags. */
  private void put(Map<Key, String> texts, Key key, double value) {
    if (key.isAuto(asked)) {
      texts.put(
          key, new BigDecimal(value).round(new MathContext(4)).stripTrailingZeros().toString());
    }
  }

  private boolean ofGradients() {
    return asked.averaging() == Averaging.GRADIENTS;
  }

  /** Where no rate follows from the number of workers. */
  private boolean isOfFew() {
    return !ofGradients()
        && (asked.training().workers() <= RunConfiguration.MOST_AVERAGING_PARAMETERS
            || asked.training().engine() == Engine.DL4J);
  }

  private UpdaterName updater() {
    if (asked.updater().name() != UpdaterName.AUTO) {
      return asked.updater().name();
    }
    return ofGradients() || replicasTakeMuon() ? UpdaterName.MUON : UpdaterName.ADAM;
  }

  /** Replicas of many workers lose by it: each would make a long step of its own noise. */
  private boolean replicasTakeMuon() {
    return isOfFew()
        && asked.training().engine() != Engine.DL4J
        && OF_CLASSES.contains(asked.model().task())
        && LEARNING_RATE.isAuto(asked);
  }

  /** Whether the budget is one of iterations, not of so many epochs. */
  private boolean followsIterations() {
    return ofGradients() || isOfFew() && updater() == UpdaterName.MUON;
  }

  /**
   * How many times the usual minibatch a step is taken for; averages of parameters are, for their
   * rates, as many minibatches as there are workers.
   */
  private double minibatches() {
    return ofGradients() ? asked.samplesOfStep() / MINIBATCH : asked.training().workers();
  }

  private double adamRate() {
    return usualAdamRate() * (embeds() && !isOfFew() ? WHOLE_NETWORK_FACTOR : 1);
  }

  /** Of what muon leaves to adam. */
  private double rateBesideMuon() {
    double usual = usualAdamRate();
    return embeds() ? Math.min(MOST_OF_EMBEDDINGS, EMBEDDING_FACTOR * usual) : usual;
  }

  private double usualAdamRate() {
    return isOfFew() ? ADAM_RATE : ADAM_RATE * Math.sqrt(minibatches());
  }

  /** Whether tokens have vectors, and random ones: those that are trained are not moved far. */
  private boolean embeds() {
    return !asked.table().text().isEmpty()
        && asked.model().embeddings().isEmpty()
        && asked.training().initialModel().isEmpty();
  }

  /** Replicas step for their own minibatches. */
  private double muonRate() {
    return MUON_RATE * StrictMath.pow(asked.samplesOfStep() / MINIBATCH, MUON_EXPONENT);
  }

  private double momentum() {
    return updater() == UpdaterName.MUON && asked.samplesOfStep() < LESS_MOMENTUM ? 0.95 : 0.9;
  }

  /** Whether so few steps for so many images learn these by heart, unless they are moved. */
  private boolean memorises() {
    return ofGradients() && !asked.table().isGiven() && asked.samplesOfStep() >= IMAGES_TO_MOVE;
  }

  /** As a share of all iterations. */
  private double warmUp() {
    if (isOfFew() || asked.schedule().name() == ScheduleName.ONE_CYCLE) {
      return 0;
    }
    return ofGradients() && asked.samplesOfStep() < LONGER_WARM_UP ? 0.05 : 0.1;
  }

  /** Whether the budget is nobody's own, and there is a score by which it may be too small. */
  private boolean goesOn() {
    return EPOCHS.isAuto(asked)
        && asked.training().iterations() == 0
        && asked.validates()
        && asked.training().engine() != Engine.DL4J;
  }

  private long epochs(int minibatchesPerEpoch, long samplesPerEpoch) {
    boolean auto = EPOCHS.isAuto(asked);
    int most = asked.training().iterations();
    long ofIterations = (most + minibatchesPerEpoch - 1L) / minibatchesPerEpoch;
    if (most > 0) {
      return auto ? ofIterations : Math.min(ofIterations, asked.training().epochs());
    } else if (!auto) {
      return asked.training().epochs();
    }
    if (!followsIterations()) {
      return EPOCHS_OF_ADAM;
    }
    int least = ofGradients() ? LEAST_EPOCHS_OF_GRADIENTS : LEAST_EPOCHS_OF_PARAMETERS;
    double iterations = Math.max(LEAST_OF_FEW_SAMPLES, ITERATIONS_OF_A_SAMPLE * samplesPerEpoch);
    double enough = Math.max(EPOCHS_OF_FEW_SAMPLES, iterations / minibatchesPerEpoch);
    double epochs = Math.min(enough, iterations() / minibatchesPerEpoch);
    return Math.max(least, (long) Math.ceil(epochs));
  }

  /** Of each worker, by the minibatches of all of them, whatever they average. */
  private double iterations() {
    double samples = (double) asked.training().workers() * asked.training().minibatchSize();
    return LEAST_ITERATIONS * (1 + CRITICAL_SAMPLES / samples);
  }

  /** Whether muon has the output weights of steps for so many samples. */
  static boolean outputsByMuon(long samplesOfStep) {
    return samplesOfStep >= OUTPUTS_BY_MUON;
  }
}
