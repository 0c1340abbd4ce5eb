package io.sparkrnn.train;

import io.sparkrnn.config.Averaging;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.train.updater.GradientStep;
import io.sparkrnn.train.updater.Muon;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the driver makes of a round's average: where that is a gradient, one step of the updater,
 * whose moments it alone has; where it is parameters, nothing.
 */
public final class RoundStep {
  private static final Logger LOG = LoggerFactory.getLogger(RoundStep.class);

  private final Averaging averaging;

  /** Null where replicas take the steps. */
  private final GradientStep step;

  public RoundStep(Recipe recipe, Ops kernels) {
    averaging = recipe.averaging();
    step = averaging == Averaging.GRADIENTS ? recipe.step(kernels) : null;
    if (step != null && recipe.updater() instanceof Muon && kernels.name().equals("portable")) {
      LOG.warn(
          "The driver steps by muon without the vector kernels: the same result, but each round waits several times longer for it");
    }
  }

  /** What a round's average begins with. */
  public ParameterAverage average(int workers) {
    return new ParameterAverage(workers, averaging);
  }

  /** What workers need of a state. */
  public TrainingState sent(TrainingState state) {
    return step == null ? state : state.withoutUpdaterState();
  }

  /**
   * What a round comes to.
   *
   * @param state that it began with
   * @param average of what all workers have brought back
   */
  public RoundResult result(TrainingState state, Round round, RoundResult average) {
    if (step == null) {
      return average;
    }
    long began = System.nanoTime();
    float[] vector = state.vector();
    // Where nothing counts there is no step, though the iteration counts.
    if (average.lossWeight() > 0) {
      int parameters = state.layout().parameters();
      float[][] parts = new float[vector.length / parameters][];
      for (int i = 0; i < parts.length; i++) {
        parts[i] = Arrays.copyOfRange(vector, i * parameters, (i + 1) * parameters);
      }
      float[][] moments = Arrays.copyOfRange(parts, 1, parts.length);
      step.take(parts[0], average.vector(), moments, round.plateauFactor(), round.firstIteration());
      vector = VectorLayout.join(parts);
    }
    return average.withVector(vector, System.nanoTime() - began);
  }
}
