package io.sparkrnn.train;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import io.sparkrnn.train.updater.GradientStep;
import io.sparkrnn.train.updater.LearningRateSchedule;
import io.sparkrnn.train.updater.Updater;
import java.io.Serializable;

/**
 * How a replica trains: everything but state, data and round.
 *
 * @param minibatchSize samples of one iteration
 * @param threadsPerWorker threads that share one worker's arithmetic; the result does not depend on
 *     it
 * @param clipNorm largest global norm of a gradient; 0 for no clipping
 * @param l2 coefficient of {@code l2 / 2 |weights|^2}; biases are exempt, as in DL4J
 * @param seed of the order of minibatches, and of dropout
 * @param sequences how a shard's sequences belong together
 * @param firstCountedStep of heads that read every time step: what is before it does not count for
 *     the loss, but warms the state up; of streams, in their first window alone
 * @param lengthWindowMinibatches minibatches among whose samples those of like length are put
 *     together; 0 for none
 * @param targetScale how evaluations make the values that the network gives those of the data again
 * @param averaging what a round averages: parameters, of replicas that each have an updater, or
 *     gradients, after which the driver takes one step
 * @param shiftPixels most pixels by which training images are moved in each direction
 */
public record Recipe(
    RnnTopology topology,
    int minibatchSize,
    int threadsPerWorker,
    Updater updater,
    LearningRateSchedule schedule,
    double clipNorm,
    double l2,
    long seed,
    Sequences sequences,
    int firstCountedStep,
    int lengthWindowMinibatches,
    TargetScale targetScale,
    Averaging averaging,
    int shiftPixels)
    implements Serializable {

  /** How a shard's sequences belong together. */
  public enum Sequences {
    /** Each for itself, in another order each epoch. */
    INDEPENDENT,
    /**
     * Windows of as many equal streams as a minibatch has samples, a minibatch of each stream's
     * first window coming first: a state goes on from one to the next, and starts anew with each
     * epoch.
     */
    STREAMS
  }

  public Recipe {
    if (averaging == Averaging.AUTO) {
      throw new IllegalArgumentException("expected parameters or gradients to average, found auto");
    }
    boolean every = topology.network().head().reads() == Reads.EVERY;
    if (firstCountedStep < 0
        || firstCountedStep >= topology.network().timeSteps()
        || firstCountedStep > 0 && !every) {
      throw new IllegalArgumentException(
          "expected a first step that counts from 0 to %d, found %d"
              .formatted(every ? topology.network().timeSteps() - 1 : 0, firstCountedStep));
    }
    if (sequences == Sequences.STREAMS && !topology.network().canCarryState()) {
      throw new IllegalArgumentException(
          "expected layers that go forward for windows of streams, found "
              + topology.network().layers());
    }
  }

  /** Values of the state of a worker's streams; 0 where there are none. */
  public long streamValues() {
    return sequences == Sequences.STREAMS
        ? (long) minibatchSize * topology.network().stateSize()
        : 0;
  }

  /** Sequences of their own, of which all that is read counts. */
  public Recipe(
      RnnTopology topology,
      int minibatchSize,
      int threadsPerWorker,
      Updater updater,
      LearningRateSchedule schedule,
      double clipNorm,
      double l2,
      long seed) {
    this(
        topology,
        minibatchSize,
        threadsPerWorker,
        updater,
        schedule,
        clipNorm,
        l2,
        seed,
        Sequences.INDEPENDENT,
        0,
        0);
  }

  /** Of classes, or of values that are as the data have them. */
  public Recipe(
      RnnTopology topology,
      int minibatchSize,
      int threadsPerWorker,
      Updater updater,
      LearningRateSchedule schedule,
      double clipNorm,
      double l2,
      long seed,
      Sequences sequences,
      int firstCountedStep,
      int lengthWindowMinibatches) {
    this(
        topology,
        minibatchSize,
        threadsPerWorker,
        updater,
        schedule,
        clipNorm,
        l2,
        seed,
        sequences,
        firstCountedStep,
        lengthWindowMinibatches,
        TargetScale.IDENTITY,
        Averaging.PARAMETERS,
        0);
  }

  /** The same, with rounds that average something else. */
  public Recipe averaging(Averaging other) {
    return new Recipe(
        topology,
        minibatchSize,
        threadsPerWorker,
        updater,
        schedule,
        clipNorm,
        l2,
        seed,
        sequences,
        firstCountedStep,
        lengthWindowMinibatches,
        targetScale,
        other,
        shiftPixels);
  }

  /** Moments that replicas have, and send with their parameters; else the driver alone has them. */
  public int momentsOfWorkers() {
    return averaging == Averaging.GRADIENTS ? 0 : updater.moments();
  }

  /** Bytes of the room in which the driver takes steps; 0 where replicas take them. */
  public long stepBytesOfDriver() {
    return averaging == Averaging.GRADIENTS ? updater.stepBytes(topology.parameters()) : 0;
  }

  /** What steps of this recipe take. */
  GradientStep step(Ops kernels) {
    return new GradientStep(updater, schedule, clipNorm, l2, topology.parameters(), kernels);
  }

  /** What evaluates a block of samples. */
  public BlockEvaluator evaluator() {
    return new BlockEvaluator(topology, targetScale);
  }
}
