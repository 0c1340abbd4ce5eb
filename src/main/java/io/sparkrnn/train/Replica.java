package io.sparkrnn.train;

import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.TrainingPass;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * A worker's model: runs the iterations of one round on its shard. What it allocates is used again
 * for its next round, whoever's that is; hence it serves one thread at a time.
 */
public final class Replica {
  private final Recipe recipe;
  private final Ops kernels;
  private final TrainingPass pass;
  private final float[] gradient;
  private final float[] lanes = Ops.lanes();
  private final ParameterBlock[] weights;
  private final DatasetMinibatch minibatch = new DatasetMinibatch();
  private Order order = new Order(-1, -1, new int[0]);

  /** The order of a shard's samples in one epoch, which holds for many rounds. */
  private record Order(int epoch, int worker, int[] samples) {
    boolean isOf(int wantedEpoch, int wantedWorker, int size) {
      return epoch == wantedEpoch && worker == wantedWorker && samples.length == size;
    }
  }

  public Replica(Recipe recipe, Ops kernels) {
    this.recipe = recipe;
    this.kernels = kernels;
    this.pass =
        new TrainingPass(
            recipe.topology().network(),
            kernels,
            recipe.minibatchSize(),
            recipe.threadsPerWorker());
    this.gradient = new float[recipe.topology().parameterCount()];
    this.weights =
        recipe.topology().parameters().stream()
            .filter(block -> !block.kind().isBias())
            .toArray(ParameterBlock[]::new);
  }

  /** One round, a pure function: the state is not changed, and equal arguments give equal bits. */
  public WorkerResult run(TrainingState state, Shard shard, Round round) {
    long start = System.nanoTime();
    SequenceDataset data = shard.samples();
    DataShape.require(recipe.topology().network(), data);
    int[] samplesInOrder = order(round.epoch(), shard.worker(), data.size());
    float[][] parts = parts(state.vector());
    float[] parameters = parts[0];
    float[][] moments = Arrays.copyOfRange(parts, 1, parts.length);
    long samples = 0;
    double lossSum = 0;
    IntConsumer part = pass::run;
    try (WorkerThreads threads = new WorkerThreads(pass.parts())) {
      for (int i = 0; i < round.iterations(); i++) {
        long first = (long) (round.firstMinibatch() + i) * recipe.minibatchSize();
        if (first >= data.size()) {
          break;
        }
        int count = (int) Math.min(recipe.minibatchSize(), data.size() - first);
        minibatch.begin(data, samplesInOrder, (int) first);
        threads.run(pass.begin(parameters, minibatch, count), part);
        pass.gradient(gradient);
        lossSum += pass.lossSum();
        long iteration = round.firstIteration() + i;
        regularise(parameters);
        double rate = recipe.schedule().rate(iteration, round.plateauFactor());
        recipe.updater().step(parameters, gradient, moments, rate, iteration);
        samples += count;
      }
    }
    // Whoever keeps this replica does not keep the shard.
    minibatch.begin(null, null, 0);
    return new WorkerResult(
        shard.worker(), VectorLayout.join(parts), samples, lossSum, System.nanoTime() - start);
  }

  private int[] order(int epoch, int worker, int size) {
    if (!order.isOf(epoch, worker, size)) {
      order = new Order(epoch, worker, MinibatchPlan.order(recipe.seed(), epoch, worker, size));
    }
    return order.samples();
  }

  /** The parameters and each of the updater's moments. */
  private float[][] parts(float[] vector) {
    float[][] parts = new float[1 + recipe.updater().moments()][];
    for (int i = 0; i < parts.length; i++) {
      parts[i] = Arrays.copyOfRange(vector, i * gradient.length, (i + 1) * gradient.length);
    }
    return parts;
  }

  /** The global norm; in double where its square is beyond float, or clipping would give zero. */
  private double norm() {
    float squares = kernels.sumOfSquares(gradient, lanes);
    if (squares != Float.POSITIVE_INFINITY) {
      return Math.sqrt(squares);
    }
    double sum = 0;
    for (float g : gradient) {
      sum += (double) g * g;
    }
    return Math.sqrt(sum);
  }

  /** Clips by the global norm, then adds L2: DL4J, too, regularises what normalisation left. */
  private void regularise(float[] parameters) {
    if (recipe.clipNorm() > 0) {
      double norm = norm();
      if (norm > recipe.clipNorm()) {
        float scale = (float) (recipe.clipNorm() / norm);
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] *= scale;
        }
      }
    }
    if (recipe.l2() > 0) {
      float l2 = (float) recipe.l2();
      for (ParameterBlock block : weights) {
        for (int i = block.offset(); i < block.end(); i++) {
          gradient[i] += l2 * parameters[i];
        }
      }
    }
  }
}
