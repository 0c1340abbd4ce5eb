package io.sparkrnn.evaluation;

import java.io.Serializable;
import java.util.List;

/**
 * What the evaluation of one block of samples found.
 *
 * @param block its number; block {@code b} begins at sample {@code b *
 *     EvaluationResult.BLOCK_SAMPLES}
 * @param confusion {@code [actual][predicted]} counts
 * @param lossSum the sum of its samples' losses, not their mean
 * @param samples how many samples it has; only the last block has fewer than {@code BLOCK_SAMPLES}
 * @param worst its worst mistakes, numbered as in all blocks together
 */
public record BlockResult(
    int block, long[] confusion, double lossSum, int samples, List<Mistake> worst)
    implements Serializable {

  public BlockResult {
    worst = List.copyOf(worst);
  }
}
