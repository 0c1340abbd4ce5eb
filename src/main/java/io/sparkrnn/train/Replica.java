package io.sparkrnn.train;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.data.ShardSamples;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.TrainingPass;
import io.sparkrnn.train.Recipe.Sequences;
import io.sparkrnn.train.updater.GradientStep;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * A worker's model: runs the iterations of one round on its shard, or one, whose gradient it gives.
 * What it allocates is used again for its next round, whoever's that is; hence it serves one thread
 * at a time.
 */
public final class Replica {
  private final Recipe recipe;
  private final TrainingPass pass;
  private final float[] gradient;

  /** Null where gradients are averaged: the driver takes the step. */
  private final GradientStep step;

  private final DatasetMinibatch minibatch;
  private Order order = new Order(-1, -1, new int[0]);

  /** The order of a shard's samples in one epoch, which holds for many rounds. */
  private record Order(int epoch, int worker, int[] samples) {
    boolean isOf(int wantedEpoch, int wantedWorker, int size) {
      return epoch == wantedEpoch && worker == wantedWorker && samples.length == size;
    }
  }

  public Replica(Recipe recipe, Ops kernels) {
    this.recipe = recipe;
    this.pass =
        new TrainingPass(
            recipe.topology().network(),
            kernels,
            recipe.minibatchSize(),
            recipe.threadsPerWorker());
    this.minibatch = new DatasetMinibatch(recipe.topology().network(), recipe.firstCountedStep());
    this.gradient = new float[recipe.topology().parameterCount()];
    this.step = recipe.averaging() == Averaging.GRADIENTS ? null : recipe.step(kernels);
  }

  /** One round, a pure function: the state is not changed, and equal arguments give equal bits. */
  public WorkerResult run(TrainingState state, Shard shard, Round round) {
    long start = System.nanoTime();
    ShardSamples data = shard.kept();
    Network network = recipe.topology().network();
    requireShape(network, data);
    if (step == null && round.iterations() != 1) {
      throw new IllegalArgumentException(
          "expected a round of 1 iteration to average gradients, found " + round.iterations());
    }
    int[] samplesInOrder = order(round.epoch(), shard.worker(), data);
    float[][] parts = parts(state.vector());
    float[] parameters = parts[0];
    float[][] moments = Arrays.copyOfRange(parts, 1, parts.length);
    long samples = 0;
    long dropoutKey = DatasetMinibatch.dropoutKey(recipe.seed(), round.epoch(), shard.worker());
    ImageShift shift =
        ImageShift.of(recipe.shiftPixels(), recipe.seed(), round.epoch(), shard.worker());
    double lossSum = 0;
    double lossWeight = 0;
    float[] streams = round.firstMinibatch() == 0 ? null : state.streamState(shard.worker());
    requireStreams(data, round, streams);
    // One that an iteration starts from, and one that it comes to.
    float[][] buffers = new float[2][];
    IntConsumer part = pass::run;
    IntConsumer product = pass::runProduct;
    try (WorkerThreads threads = new WorkerThreads(pass.parts())) {
      for (int i = 0; i < round.iterations(); i++) {
        long first = (long) (round.firstMinibatch() + i) * recipe.minibatchSize();
        if (first >= data.size()) {
          break;
        }
        int count = (int) Math.min(recipe.minibatchSize(), data.size() - first);
        minibatch.begin(data, samplesInOrder, (int) first, count, dropoutKey);
        if (minibatch.data() != data) {
          requireShape(network, minibatch.data());
        }
        minibatch.move(shift);
        if (streams != null) {
          minibatch.countAllSteps();
        }
        float[] after = buffer(buffers, i % 2, count);
        threads.run(pass.begin(parameters, minibatch, count, streams, after), part);
        streams = after;
        samples += count;
        if (pass.weight() == 0) {
          continue; // No step, though the iteration counts.
        }
        threads.run(pass.products(), product);
        pass.gradient(gradient);
        lossSum += pass.lossSum();
        lossWeight += pass.weight();
        if (step != null) {
          long iteration = round.firstIteration() + i;
          step.take(parameters, gradient, moments, round.plateauFactor(), iteration);
        }
      }
    }
    // Whoever keeps this replica does not keep the shard.
    minibatch.begin(null, null, 0);
    return new WorkerResult(
        shard.worker(),
        step == null ? gradient(lossWeight) : VectorLayout.join(parts),
        samples,
        lossSum,
        lossWeight,
        streams,
        System.nanoTime() - start);
  }

  /** Of a shard that is elsewhere, only what is read of it has a shape. */
  private static void requireShape(Network network, ShardSamples data) {
    if (data instanceof SequenceDataset inMemory) {
      DataShape.require(network, inMemory);
    }
  }

  /** Of the round's minibatch; nothing where nothing counts. */
  private float[] gradient(double weight) {
    return weight > 0 ? gradient.clone() : new float[gradient.length];
  }

  /** Null where there are no streams. */
  private float[] buffer(float[][] buffers, int which, int samples) {
    if (recipe.sequences() == Sequences.STREAMS && buffers[which] == null) {
      buffers[which] = new float[samples * recipe.topology().network().stateSize()];
    }
    return buffers[which];
  }

  private void requireStreams(ShardSamples data, Round round, float[] streams) {
    if (recipe.sequences() != Sequences.STREAMS) {
      return;
    }
    if (data.size() % recipe.minibatchSize() != 0) {
      throw new DataException(
          "Cannot train on streams: expected windows of %d streams of equal length, found %d windows"
              .formatted(recipe.minibatchSize(), data.size()));
    }
    long values = recipe.streamValues();
    int found = streams == null ? 0 : streams.length;
    if (round.firstMinibatch() > 0 && data.size() > 0 && found != values) {
      throw new IllegalArgumentException(
          "expected a state of %d values to go on from within an epoch of streams, found %d"
              .formatted(values, found));
    }
  }

  private int[] order(int epoch, int worker, ShardSamples data) {
    int size = data.size();
    if (!order.isOf(epoch, worker, size)) {
      int[] samples =
          recipe.sequences() == Sequences.STREAMS
              ? IntStream.range(0, size).toArray()
              : MinibatchPlan.order(
                  recipe.seed(),
                  epoch,
                  worker,
                  data,
                  recipe.minibatchSize(),
                  recipe.lengthWindowMinibatches());
      order = new Order(epoch, worker, samples);
    }
    return order.samples();
  }

  /** The parameters and each of the updater's moments. */
  private float[][] parts(float[] vector) {
    float[][] parts = new float[1 + recipe.momentsOfWorkers()][];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = Arrays.copyOfRange(vector, i * gradient.length, (i + 1) * gradient.length);
    }
    return parts;
  }
}
