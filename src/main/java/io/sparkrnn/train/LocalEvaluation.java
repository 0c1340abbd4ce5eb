package io.sparkrnn.train;

import io.sparkrnn.data.EvaluationData;
import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.List;

/** Evaluates block after block in this JVM: the oracle of the distributed evaluation. */
public record LocalEvaluation(RnnKernels kernels, RnnTopology topology, EvaluationData data) {

  /** Evaluates parameters on a part of the data. */
  public EvaluationResult evaluate(float[] parameters, Part part) {
    SequenceDataset samples = data.part(part);
    List<BlockResult> results = new ArrayList<>();
    for (int block = 0; block < BlockEvaluator.count(samples.size()); block++) {
      SequenceDataset inBlock = samples.subset(BlockEvaluator.samples(block, samples.size()));
      results.add(BlockEvaluator.evaluate(kernels, topology, parameters, inBlock, block));
    }
    return EvaluationResult.fold(results, topology.shape().classes());
  }

  /** The predicted class of each sample of a part, in its order. */
  public int[] predict(float[] parameters, Part part) {
    SequenceDataset samples = data.part(part);
    int[] predicted = new int[samples.size()];
    BlockEvaluator.evaluate(kernels, topology, parameters, samples, 0, predicted);
    return predicted;
  }
}
