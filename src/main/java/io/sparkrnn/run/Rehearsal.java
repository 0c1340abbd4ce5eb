package io.sparkrnn.run;

import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.Replica;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingState;
import java.time.Duration;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains the network of a configuration on made-up sequences while the data are read and Spark
 * starts, and forgets what it has learnt. Until the JVM has compiled vector code, it is a hundred
 * times slower; a short training would wait for that longer than it computes. No bit of the
 * training depends on a rehearsal.
 */
final class Rehearsal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rehearsal.class);

  /** By then most is compiled, and what reads the data can use the cores. */
  private static final Duration LONGEST = Duration.ofSeconds(3);

  /**
   * Multiplications of an iteration's forward pass, about: an iteration that has not been compiled
   * can't be stopped, and who trains a larger network does not wait for compilers.
   */
  private static final long MOST_PRODUCTS = 1L << 28;

  private static final Key FIRST_COUNTED_STEP = Keys.of("training.first-counted-step");

  private final RunConfiguration configuration;
  private final Thread thread = new Thread(this::rehearse, "rehearsal");
  private volatile boolean closed;
  private volatile int iterations;

  private Rehearsal(RunConfiguration configuration) {
    // Made-up sequences are short, and all their readings count.
    this.configuration = configuration.with(Map.of(FIRST_COUNTED_STEP, "0"));
    thread.setDaemon(true);
  }

  /** Begins one, if it is this JVM that computes rounds. */
  static Rehearsal begin(RunConfiguration configuration) {
    Rehearsal rehearsal = new Rehearsal(configuration);
    if (isHere(configuration)) {
      rehearsal.thread.start();
    }
    return rehearsal;
  }

  /** Whether it is this JVM that computes rounds. */
  static boolean isHere(RunConfiguration configuration) {
    return switch (configuration.training().engine()) {
      case LOCAL -> true;
      case SPARK -> {
        String master = ClusterPaths.master(configuration);
        yield master.isEmpty() || master.matches("local(\\[.*)?");
      }
      case DL4J -> false;
    };
  }

  private void rehearse() {
    long start = System.nanoTime();
    try {
      RehearsalData data = RehearsalData.of(configuration);
      RnnTopology topology = Topologies.of(configuration, data);
      if (topology.parameterCount() * data.trainingSteps() > MOST_PRODUCTS) {
        return;
      }
      Training<RehearsalData> training = new Training<>(configuration, data, topology);
      String kernels = KernelProvider.choose(configuration.training().kernels().toString()).name();
      Replica replica = new Replica(training.recipe(), Ops.named(kernels));
      TrainingState state = training.randomStart();
      Round round = new Round(0, 0, 0, 1, 0, true, 1);
      while (!closed && System.nanoTime() - start < LONGEST.toNanos()) {
        replica.run(state, data.shard(0), round);
        iterations++;
      }
    } catch (RuntimeException e) {
      // The training says what is wrong with the configuration.
      LOG.debug("there is nothing to rehearse", e);
    }
  }

  /** How many it has done. */
  int iterations() {
    return iterations;
  }

  /** Returns when it computes no more: the cores are the training's. */
  @Override
  public void close() {
    closed = true;
    join();
  }

  /** Returns when it has ended. */
  void join() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
