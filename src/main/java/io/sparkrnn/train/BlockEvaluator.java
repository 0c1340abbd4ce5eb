package io.sparkrnn.train;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.Mistake;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.kernel.Workspace;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.List;

/** Evaluates one block of samples. */
public final class BlockEvaluator {
  // Any size gives the same bits; this one keeps the activations of 28 time steps in the cache.
  private static final int MINIBATCH = 64;

  private BlockEvaluator() {}

  /**
   * Predictions and losses of a block.
   *
   * @param block number of the block, by which results are folded
   */
  public static BlockResult evaluate(
      RnnKernels kernels,
      RnnTopology topology,
      float[] parameters,
      SequenceDataset samples,
      int block) {
    return evaluate(kernels, topology, parameters, samples, block, new int[samples.size()]);
  }

  /**
   * As the other, and keeps what was predicted.
   *
   * @param predicted takes the class of each sample
   */
  static BlockResult evaluate(
      RnnKernels kernels,
      RnnTopology topology,
      float[] parameters,
      SequenceDataset samples,
      int block,
      int[] predicted) {
    DataShape.require(topology.shape(), samples);
    int classes = topology.shape().classes();
    Workspace workspace = new Workspace(topology.shape(), MINIBATCH);
    long[] confusion = new long[classes * classes];
    double lossSum = 0;
    List<Mistake> mistakes = new ArrayList<>();
    int[] order = new int[samples.size()];
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
    }
    for (int first = 0; first < order.length; first += MINIBATCH) {
      int count = Math.min(MINIBATCH, order.length - first);
      workspace.begin(count);
      samples.layOut(order, first, count, workspace.input(), workspace.paddedSamples());
      for (int s = 0; s < count; s++) {
        workspace.labels()[s] = samples.label(first + s);
      }
      kernels.forward(parameters, workspace, 0, workspace.paddedSamples());
      kernels.outputDeltas(workspace, 0, workspace.paddedSamples());
      for (int s = 0; s < count; s++) {
        predicted[first + s] = workspace.predicted(s);
        confusion[workspace.labels()[s] * classes + predicted[first + s]]++;
        lossSum += workspace.losses()[s];
        if (predicted[first + s] != workspace.labels()[s]) {
          mistakes.add(mistake(workspace, s, block * EvaluationResult.BLOCK_SAMPLES + first + s));
        }
      }
    }
    return new BlockResult(block, confusion, lossSum, order.length, Mistake.worst(mistakes));
  }

  private static Mistake mistake(Workspace workspace, int place, int sample) {
    double[] probabilities = new double[workspace.shape().classes()];
    for (int c = 0; c < probabilities.length; c++) {
      probabilities[c] = workspace.logits()[c * workspace.paddedSamples() + place];
    }
    Predictor.softmax(probabilities);
    int label = workspace.labels()[place];
    int predicted = workspace.predicted(place);
    return new Mistake(sample, label, predicted, probabilities[predicted], probabilities[label]);
  }
}
