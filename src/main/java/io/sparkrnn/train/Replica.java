package io.sparkrnn.train;

import io.sparkrnn.data.MinibatchPlan;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shard;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.kernel.Workspace;
import io.sparkrnn.model.ParameterBlock;
import io.sparkrnn.model.RnnTopology;

/**
 * A worker's model: runs the iterations of one round on its shard. What it allocates is used again
 * for its next round, whoever's that is; hence it serves one thread at a time.
 */
public final class Replica {
  private final Recipe recipe;
  private final RnnKernels kernels;
  private final Workspace workspace;
  private final float[] gradient;
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
  }

  /** One round, a pure function: the state is not changed, and equal arguments give equal bits. */
  public WorkerResult run(TrainingState state, Shard shard, Round round) {
    long start = System.nanoTime();
    SequenceDataset data = shard.samples();
    DataShape.require(recipe.topology().shape(), data);
    int[] samplesInOrder = order(round.epoch(), shard.worker(), data.size());
    float[] parameters = state.parameters().clone();
    float[] updaterState = state.updaterState().clone();
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
        lossSum += computeGradient(parameters, threads);
        long iteration = round.firstIteration() + i;
        regularise(parameters);
        recipe
            .updater()
            .step(parameters, gradient, updaterState, recipe.schedule().rate(iteration), iteration);
        samples += count;
      }
    }
    return new WorkerResult(
        shard.worker(), parameters, updaterState, samples, lossSum, System.nanoTime() - start);
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

  /** Forward, loss and backward of the minibatch in the workspace; returns its summed loss. */
  private double computeGradient(float[] parameters, WorkerThreads threads) {
    NetworkShape shape = workspace.shape();
    threads.split(
        workspace.paddedSamples(),
        Workspace.LANES,
        (from, to) -> {
          kernels.forward(parameters, workspace, from, to);
          kernels.outputDeltas(workspace, from, to);
          kernels.backward(parameters, workspace, from, to);
        });
    threads.split(
        shape.gradientRows(), 1, (from, to) -> kernels.gradient(workspace, gradient, from, to));
    double sum = 0;
    for (int s = 0; s < workspace.samples(); s++) {
      sum += workspace.losses()[s];
    }
    return sum;
  }

  /** The global norm; in double where its square is beyond float, or clipping would give zero. */
  private double norm() {
    float squares = kernels.sumOfSquares(gradient);
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
      RnnTopology topology = recipe.topology();
      for (ParameterBlock block : topology.parameters()) {
        if (block.kind() != ParameterBlock.Kind.BIAS) {
          for (int i = block.offset(); i < block.end(); i++) {
            gradient[i] += l2 * parameters[i];
          }
        }
      }
    }
  }
}
