package io.sparkrnn.evaluation;

import java.io.Serializable;

/**
 * What the evaluation of one block of samples found.
 *
 * @param block its number; block {@code b} begins at sample {@code b *
 *     EvaluationResult.BLOCK_SAMPLES}
 * @param tally of its readings
 * @param lossSum the sum of its readings' losses, not their mean
 * @param samples how many of its readings count
 */
public record BlockResult(int block, Tally tally, double lossSum, long samples)
    implements Serializable {}
