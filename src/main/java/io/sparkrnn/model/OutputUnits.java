package io.sparkrnn.model;

import io.sparkrnn.kernel.Loss;
import java.io.Serializable;

/**
 * What the outputs of a head say: probabilities of classes or decisions, or numbers in the units of
 * the data.
 *
 * @param targets what became of targets before they were trained on
 */
public record OutputUnits(Loss loss, TargetScale targets) implements Serializable {
  /** Outputs for each target: one, or all its quantiles. */
  public int outputsOfTarget() {
    return loss instanceof Loss.Quantile quantile ? quantile.levels().size() : 1;
  }

  /**
   * Puts what the outputs of a reading say in their place.
   *
   * @param outputs as the head has them, changed in place
   */
  public void convert(double[] outputs) {
    if (loss.ofClasses()) {
      softmax(outputs);
      return;
    }
    int ofTarget = outputsOfTarget();
    for (int output = 0; output < outputs.length; output++) {
      double y = outputs[output];
      outputs[output] =
          loss instanceof Loss.Sigmoid
              ? 1 / (1 + StrictMath.exp(-y))
              : targets.original(
                  output / ofTarget, loss instanceof Loss.Poisson ? StrictMath.exp(y) : y);
    }
  }

  /**
   * Puts the probabilities in the place of logits.
   *
   * @param logits {@code [class]}, changed in place
   */
  public static void softmax(double[] logits) {
    double highest = Double.NEGATIVE_INFINITY;
    for (double logit : logits) {
      highest = Math.max(highest, logit);
    }
    double sum = 0;
    for (int c = 0; c < logits.length; c++) {
      logits[c] = StrictMath.exp(logits[c] - highest);
      sum += logits[c];
    }
    for (int c = 0; c < logits.length; c++) {
      logits[c] /= sum;
    }
  }
}
