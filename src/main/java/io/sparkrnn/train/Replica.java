package io.sparkrnn.train;

import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.kernel.Workspace;
import io.sparkrnn.model.ParameterBlock;
import io.sparkrnn.train.WorkerThreads.RangeTask;
import java.util.Arrays;

/**
 * A worker's model: runs the iterations of one round on its shard. What it allocates is used again
 * for its next round, whoever's that is; hence it serves one thread at a time.
 */
public final class Replica {
  private final Recipe recipe;
  private final RnnKernels kernels;
  private final Workspace workspace;
  private final float[] gradient;
  private final ParameterBlock[] weights;
  private Order order = new Order(-1, -1, new int[0]);

  /** The order of a shard's samples in one epoch, which holds for many rounds. */
  private record Order(int epoch, int worker, int[] samples) {
    boolean isOf(int wantedEpoch, int wantedWorker, int size) {
      return epoch == wantedEpoch && worker == wantedWorker && samples.length == size;
    }
  }

  public Replica(Recipe recipe, RnnKernels kernels) {
    this.recipe = recipe;
    this.kernels = kernels;
    this.workspace = new Workspace(recipe.topology().shape(), recipe.minibatchSize());
    this.gradient = new float[recipe.topology().parameterCount()];
    this.weights =
        recipe.topology().parameters().stream()
            .filter(block -> block.kind() != ParameterBlock.Kind.BIAS)
            .toArray(ParameterBlock[]::new);
  }

  /** One round, a pure function: the state is not changed, and equal arguments give equal bits. */
  public WorkerResult run(TrainingState state, Shard shard, Round round) {
    long start = System.nanoTime();
    SequenceDataset data = shard.samples();
    DataShape.require(recipe.topology().shape(), data);
    int[] samplesInOrder = order(round.epoch(), shard.worker(), data.size());
    float[][] parts = parts(state.vector());
    float[] parameters = parts[0];
    float[][] moments = Arrays.copyOfRange(parts, 1, parts.length);
    RangeTask propagate =
        (from, to) -> {
          kernels.forward(parameters, workspace, from, to);
          kernels.outputDeltas(workspace, from, to);
          kernels.backward(parameters, workspace, from, to);
        };
    RangeTask accumulate = (from, to) -> kernels.gradient(workspace, gradient, from, to);
    long samples = 0;
    double lossSum = 0;
    try (WorkerThreads threads = new WorkerThreads(recipe.threadsPerWorker())) {
      for (int i = 0; i < round.iterations(); i++) {
        long first = (long) (round.firstMinibatch() + i) * recipe.minibatchSize();
        if (first >= data.size()) {
          break;
        }
        int count = (int) Math.min(recipe.minibatchSize(), data.size() - first);
        layOut(data, samplesInOrder, (int) first, count);
        threads.split(workspace.paddedSamples(), Workspace.LANES, propagate);
        threads.split(workspace.shape().gradientRows(), 1, accumulate);
        lossSum += loss();
        long iteration = round.firstIteration() + i;
        regularise(parameters);
        double rate = recipe.schedule().rate(iteration, round.plateauFactor());
        recipe.updater().step(parameters, gradient, moments, rate, iteration);
        samples += count;
      }
    }
    return new WorkerResult(
        shard.worker(), VectorLayout.join(parts), samples, lossSum, System.nanoTime() - start);
  }

  private int[] order(int epoch, int worker, int size) {
    if (!order.isOf(epoch, worker, size)) {
      order = new Order(epoch, worker, MinibatchPlan.order(recipe.seed(), epoch, worker, size));
    }
    return order.samples();
  }

  private void layOut(SequenceDataset data, int[] samplesInOrder, int first, int count) {
    workspace.begin(count);
    data.layOut(samplesInOrder, first, count, workspace.input(), workspace.paddedSamples());
    for (int s = 0; s < count; s++) {
      workspace.labels()[s] = data.label(samplesInOrder[first + s]);
    }
  }

  /** Summed over the minibatch in the workspace. */
  private double loss() {
    double sum = 0;
    for (int s = 0; s < workspace.samples(); s++) {
      sum += workspace.losses()[s];
    }
    return sum;
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
    float squares = kernels.sumOfSquares(workspace, gradient);
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
