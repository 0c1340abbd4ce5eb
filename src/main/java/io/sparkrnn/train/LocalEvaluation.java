package io.sparkrnn.train;

import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.PairedBootstrap;
import io.sparkrnn.evaluation.ScoreKind;
import io.sparkrnn.evaluation.SequenceErrors;
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

  /** An evaluation, and the errors of its sequences that stand for the score that decides. */
  public record Judged(EvaluationResult result, PairedBootstrap.Errors errors) {}

  /** Evaluates parameters for a comparison by a score. */
  public Judged judge(float[] parameters, Part part, ScoreKind kind) {
    SequenceErrors errors = new SequenceErrors(SequenceErrors.Measure.of(kind), data.part(part));
    EvaluationResult result =
        evaluate(parameters, part, new BlockEvaluator.Details(data.size(part), errors));
    return new Judged(result.decidedBy(kind), errors.errors(data.streams(part)));
  }

  private EvaluationResult evaluate(float[] parameters, Part part, BlockEvaluator.Details details) {
    SequenceDataset samples = data.part(part);
    int streams = data.streams(part);
    List<BlockResult> results = new ArrayList<>();
    for (int block = 0; block < BlockEvaluator.count(samples.size(), streams); block++) {
      stop.check();
      int[] places = BlockEvaluator.samples(block, samples.size(), streams);
      BlockEvaluator.Details found = new BlockEvaluator.Details(places.length, details.errors());
      results.add(
          evaluator.evaluate(kernels, parameters, samples.subset(places), block, streams, found));
      found.copyTo(details, places[0]);
    }
    return EvaluationResult.fold(results, evaluator.tally());
  }
}
