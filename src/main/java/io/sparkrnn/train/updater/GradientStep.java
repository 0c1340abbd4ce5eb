package io.sparkrnn.train.updater;

import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.ParameterBlock;
import java.util.List;

/**
 * What a gradient does to parameters: clipping by the global norm, then L2 (DL4J, too, regularises
 * what normalisation left), weight decay, and the updater. Keeps room for what it computes; for one
 * thread at a time.
 */
public final class GradientStep {
  private final Updater updater;
  private final LearningRateSchedule schedule;
  private final double clipNorm;
  private final double l2;
  private final Ops kernels;
  private final Updater.Steps steps;
  private final ParameterBlock[] weights;
  private final float[] lanes = Ops.lanes();

  /**
   * Steps of one network.
   *
   * @param clipNorm largest global norm of a gradient; 0 for no clipping
   * @param l2 coefficient of {@code l2 / 2 |weights|^2}; biases are exempt
   * @param blocks of the network's parameters
   */
  public GradientStep(
      Updater updater,
      LearningRateSchedule schedule,
      double clipNorm,
      double l2,
      List<ParameterBlock> blocks,
      Ops kernels) {
    this.updater = updater;
    this.schedule = schedule;
    this.clipNorm = clipNorm;
    this.l2 = l2;
    this.kernels = kernels;
    this.steps = updater.steps(blocks, kernels);
    this.weights =
        blocks.stream().filter(block -> !block.kind().isBias()).toArray(ParameterBlock[]::new);
  }

  /**
   * Takes a step.
   *
   * @param parameters changed in place
   * @param gradient of the mean loss, changed in place
   * @param moments changed in place
   * @param plateauFactor of the learning rate's reductions so far
   * @param iteration counts from 0
   */
  public void take(
      float[] parameters,
      float[] gradient,
      float[][] moments,
      double plateauFactor,
      long iteration) {
    clip(gradient);
    regularise(parameters, gradient);
    double rate = schedule.rate(iteration, plateauFactor);
    double momentum = schedule.momentum(iteration, updater.momentum());
    updater.decay(parameters, weights, rate);
    steps.step(parameters, gradient, moments, rate, momentum, iteration);
  }

  private void clip(float[] gradient) {
    if (clipNorm > 0) {
      double norm = norm(gradient);
      if (norm > clipNorm) {
        float scale = (float) (clipNorm / norm);
        for (int i = 0; i < gradient.length; i++) {
          gradient[i] *= scale;
        }
      }
    }
  }

  /** The global norm; in double where its square is beyond float, or clipping would give zero. */
  private double norm(float[] gradient) {
    float squares = kernels.sumOfSquares(gradient, lanes);
    if (squares != Float.POSITIVE_INFINITY) {
      return Math.sqrt(squares);
    }
    double sum = 0;
    for (float g : gradient) {
      sum += (double) g * g;
    }
    return Math.sqrt(sum);
  }

  private void regularise(float[] parameters, float[] gradient) {
    if (l2 > 0) {
      float factor = (float) l2;
      for (ParameterBlock block : weights) {
        for (int i = block.offset(); i < block.end(); i++) {
          gradient[i] += factor * parameters[i];
        }
      }
    }
  }
}
