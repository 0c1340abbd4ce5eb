package io.sparkrnn.train;

import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import java.util.ArrayList;
import java.util.List;

/**
 * Evaluates block after block in this JVM: the oracle of the distributed evaluation.
 *
 * @param stop asked before each block
 */
public record LocalEvaluation(
    Ops kernels, BlockEvaluator evaluator, EvaluationData data, StopRequest stop) {

  /** Of classes, or of values as the network has them. */
  public LocalEvaluation(Ops kernels, RnnTopology topology, EvaluationData data, StopRequest stop) {
    this(kernels, new BlockEvaluator(topology, TargetScale.IDENTITY), data, stop);
  }

  /** Evaluates parameters on a part of the data. */
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return evaluate(parameters, part, new BlockEvaluator.Details(data.size(part)));
  }

  /** The predicted class of each sample of a part, in its order. */
  public int[] predict(float[] parameters, Part part) {
    BlockEvaluator.Details details = new BlockEvaluator.Details(data.size(part));
    evaluate(parameters, part, details);
    return details.predicted();
  }

  private EvaluationResult evaluate(float[] parameters, Part part, BlockEvaluator.Details details) {
    SequenceDataset samples = data.part(part);
    int streams = data.streams(part);
    List<BlockResult> results = new ArrayList<>();
    for (int block = 0; block < BlockEvaluator.count(samples.size(), streams); block++) {
      stop.check();
      int[] places = BlockEvaluator.samples(block, samples.size(), streams);
      BlockEvaluator.Details found = new BlockEvaluator.Details(places.length);
      results.add(
          evaluator.evaluate(kernels, parameters, samples.subset(places), block, streams, found));
      found.copyTo(details, places[0]);
    }
    return EvaluationResult.fold(results, evaluator.tally());
  }
}
