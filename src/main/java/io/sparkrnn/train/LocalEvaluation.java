package io.sparkrnn.train;

import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.List;

/**
 * Evaluates block after block in this JVM: the oracle of the distributed evaluation.
 *
 * @param stop asked before each block
 */
public record LocalEvaluation(
    Ops kernels, RnnTopology topology, EvaluationData data, StopRequest stop) {

  /** Evaluates parameters on a part of the data. */
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return evaluate(parameters, part, new int[data.size(part)]);
  }

  /** The predicted class of each sample of a part, in its order. */
  public int[] predict(float[] parameters, Part part) {
    int[] predicted = new int[data.size(part)];
    evaluate(parameters, part, predicted);
    return predicted;
  }

  private EvaluationResult evaluate(float[] parameters, Part part, int[] predicted) {
    SequenceDataset samples = data.part(part);
    List<BlockResult> results = new ArrayList<>();
    for (int block = 0; block < BlockEvaluator.count(samples.size()); block++) {
      stop.check();
      int[] places = BlockEvaluator.samples(block, samples.size());
      int[] found = new int[places.length];
      results.add(
          BlockEvaluator.evaluate(
              kernels, topology, parameters, samples.subset(places), block, found));
      System.arraycopy(found, 0, predicted, places[0], found.length);
    }
    return EvaluationResult.fold(results, topology.network().classes());
  }
}
