package io.sparkrnn.train;

import static io.sparkrnn.evaluation.EvaluationResult.BLOCK_SAMPLES;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.Mistake;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Evaluates one of the fixed blocks of samples, which are the same for any number of tasks. */
public final class BlockEvaluator {
  private BlockEvaluator() {}

  public static int count(int samples) {
    return (samples + BLOCK_SAMPLES - 1) / BLOCK_SAMPLES;
  }

  /** Indices of a block's samples; the last block may be short. */
  public static int[] samples(int block, int samples) {
    return IntStream.range(block * BLOCK_SAMPLES, Math.min(samples, (block + 1) * BLOCK_SAMPLES))
        .toArray();
  }

  /**
   * Predictions and losses of a block. Of the samples that count, which have a weight above 0, each
   * counts as much.
   *
   * @param block number of the block, by which results are folded
   * @throws DataException if the network cannot read them, or they have not one class each
   */
  public static BlockResult evaluate(
      Ops kernels, RnnTopology topology, float[] parameters, SequenceDataset samples, int block) {
    return evaluate(kernels, topology, parameters, samples, block, new int[samples.size()]);
  }

  /**
   * As the other, and keeps what was predicted.
   *
   * @param predicted takes the class of each sample
   */
  static BlockResult evaluate(
      Ops kernels,
      RnnTopology topology,
      float[] parameters,
      SequenceDataset samples,
      int block,
      int[] predicted) {
    DataShape.require(topology.network(), samples);
    if (samples.classes() == 0 || samples.readings() != Readings.ONE) {
      throw new DataException(
          "Cannot evaluate a block: expected samples of one class each, found %s %s"
              .formatted(samples.classes() == 0 ? "targets," : "labels,", samples.readings()));
    }
    int classes = topology.network().classes();
    Predictor predictor = new Predictor(kernels, topology, parameters);
    long[] confusion = new long[classes * classes];
    double lossSum = 0;
    int counted = 0;
    List<Mistake> mistakes = new ArrayList<>();
    int[] order = IntStream.range(0, samples.size()).toArray();
    for (int first = 0; first < order.length; first += Predictor.SAMPLES) {
      int count = Math.min(Predictor.SAMPLES, order.length - first);
      predictor.run(samples, order, first, count);
      for (int place = 0; place < count; place++) {
        int sample = first + place;
        int label = samples.label(sample);
        int found = predictor.predicted(place);
        predicted[sample] = found;
        if (samples.weight(sample, 0) == 0) {
          continue;
        }
        counted++;
        confusion[label * classes + found]++;
        lossSum += predictor.loss(place, label);
        if (found != label) {
          double[] p = predictor.probabilities(place);
          int number = block * BLOCK_SAMPLES + sample;
          mistakes.add(new Mistake(number, label, found, p[found], p[label]));
        }
      }
    }
    return new BlockResult(block, confusion, lossSum, counted, Mistake.worst(mistakes));
  }
}
