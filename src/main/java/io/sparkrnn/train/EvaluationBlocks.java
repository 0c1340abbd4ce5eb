package io.sparkrnn.train;

import static io.sparkrnn.evaluation.EvaluationResult.BLOCK_SAMPLES;

import java.util.stream.IntStream;

/** The fixed blocks in which data is evaluated, whatever the number of tasks. */
public final class EvaluationBlocks {
  private EvaluationBlocks() {}

  public static int count(int samples) {
    return (samples + BLOCK_SAMPLES - 1) / BLOCK_SAMPLES;
  }

  /** Indices of a block's samples; the last block may be short. */
  public static int[] samples(int block, int samples) {
    return IntStream.range(block * BLOCK_SAMPLES, Math.min(samples, (block + 1) * BLOCK_SAMPLES))
        .toArray();
  }
}
