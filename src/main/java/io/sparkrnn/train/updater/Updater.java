package io.sparkrnn.train.updater;

import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.ParameterBlock;
import java.io.Serializable;
import java.util.List;

/**
 * Turns a gradient into a step, by DL4J's formulas ({@code org.nd4j.linalg.learning}) where it has
 * them.
 */
public sealed interface Updater extends Serializable permits Updater.Elementwise, Muon {

  /** Arrays of state, each as long as the parameters. */
  int moments();

  /** Floats of state for so many parameters: the moments, one after another. */
  default int stateSize(int parameters) {
    return moments() * parameters;
  }

  /** Nesterov's momentum or Adam's beta1, as configured; 0 where there is none. */
  double momentum();

  /**
   * Takes off the weights what is no part of the gradient, before the step.
   *
   * @param parameters changed in place
   * @param weights which of them are no biases
   * @param learningRate of this iteration
   */
  default void decay(float[] parameters, ParameterBlock[] weights, double learningRate) {}

  /**
   * The steps of one network, with room for what they compute; for one thread at a time.
   *
   * @param blocks of its parameters
   */
  Steps steps(List<ParameterBlock> blocks, Ops kernels);

  /** Bytes of the room that {@link #steps} have beside parameters, gradient and moments. */
  default long stepBytes(List<ParameterBlock> blocks) {
    return 0;
  }

  /** Steps of one network. */
  interface Steps {
    /**
     * Subtracts one step from the parameters.
     *
     * @param parameters changed in place
     * @param gradient of the mean loss, after clipping and regularisation
     * @param moments changed in place; arrays of their own, since C2 does not vectorise a loop over
     *     two windows of one
     * @param learningRate of this iteration
     * @param momentum of this iteration, {@link Updater#momentum()} unless the schedule changes it
     * @param iteration counts from 0
     */
    void step(
        float[] parameters,
        float[] gradient,
        float[][] moments,
        double learningRate,
        double momentum,
        long iteration);
  }

  /** Value by value, hence the same for any vector width and any layout. */
  sealed interface Elementwise extends Updater, Steps {
    @Override
    default Steps steps(List<ParameterBlock> blocks, Ops kernels) {
      return this;
    }
  }

  /**
   * The updater of a configuration that says what it is.
   *
   * @param samplesOfStep that a step is taken for
   */
  static Updater of(UpdaterConfiguration configuration, long samplesOfStep) {
    return switch (configuration.name()) {
      case AUTO -> throw new IllegalArgumentException("expected an updater, found auto");
      case SGD -> new Sgd();
      case NESTEROVS -> new Nesterovs(configuration.momentum());
      case ADAM -> adam(configuration);
      case MUON ->
          new Muon(
              configuration.momentum(),
              adam(configuration),
              configuration.adamLearningRate() / configuration.learningRate(),
              Rules.outputsByMuon(samplesOfStep));
      case ADAMW -> new AdamW(adam(configuration), configuration.weightDecay());
    };
  }

  private static Adam adam(UpdaterConfiguration configuration) {
    return new Adam(configuration.beta1(), configuration.beta2(), configuration.epsilon());
  }

  /** {@code w -= lr g}. */
  record Sgd() implements Elementwise {
    @Override
    public int moments() {
      return 0;
    }

    @Override
    public double momentum() {
      return 0;
    }

    @Override
    public void step(
        float[] parameters,
        float[] gradient,
        float[][] moments,
        double learningRate,
        double momentum,
        long iteration) {
      float rate = (float) learningRate;
      for (int i = 0; i < parameters.length; i++) {
        parameters[i] -= rate * gradient[i];
      }
    }
  }

  /**
   * {@code v' = mu v - lr g; w += (1 + mu) v' - mu v}: Sutskever's form of Nesterov's momentum, as
   * DL4J has it.
   */
  record Nesterovs(double momentum) implements Elementwise {
    @Override
    public int moments() {
      return 1;
    }

    @Override
    public void step(
        float[] parameters,
        float[] gradient,
        float[][] moments,
        double learningRate,
        double momentum,
        long iteration) {
      float rate = (float) learningRate;
      float mu = (float) momentum;
      float[] velocity = moments[0];
      for (int i = 0; i < parameters.length; i++) {
        float before = velocity[i];
        float after = mu * before - rate * gradient[i];
        velocity[i] = after;
        parameters[i] -= mu * before - (1f + mu) * after;
      }
    }
  }

  /**
   * {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g g; w -= lr sqrt(1 - b2^t) / (1 - b1^t) m /
   * (sqrt(v) + eps)} with t counting from 1 (Kingma and Ba 2015, section 2's efficient form). Where
   * b1 changes, that of the iteration is in all three places, as in PyTorch. The state is all m,
   * then all v.
   */
  record Adam(double beta1, double beta2, double epsilon) implements Elementwise {
    @Override
    public int moments() {
      return 2;
    }

    @Override
    public double momentum() {
      return beta1;
    }

    @Override
    public void step(
        float[] parameters,
        float[] gradient,
        float[][] moments,
        double learningRate,
        double momentum,
        long iteration) {
      double rate = rate(learningRate, momentum, iteration);
      step(parameters, gradient, moments, rate, momentum, 0, parameters.length);
    }

    /** A learning rate with what the first iterations' moments lack. */
    double rate(double learningRate, double momentum, long iteration) {
      long t = iteration + 1;
      return learningRate * Math.sqrt(1 - power(beta2, t)) / (1 - power(momentum, t));
    }

    /** A step of some parameters, with what {@link #rate} gives. */
    void step(
        float[] parameters,
        float[] gradient,
        float[][] moments,
        double rateOfIteration,
        double momentum,
        int from,
        int end) {
      float rate = (float) rateOfIteration;
      float b1 = (float) momentum;
      float b2 = (float) beta2;
      float eps = (float) epsilon;
      float[] first = moments[0];
      float[] second = moments[1];
      for (int i = from; i < end; i++) {
        float g = gradient[i];
        float m = b1 * first[i] + (1f - b1) * g;
        float v = b2 * second[i] + (1f - b2) * (g * g);
        first[i] = m;
        second[i] = v;
        parameters[i] -= rate * m / ((float) Math.sqrt(v) + eps);
      }
    }

    /** By squaring: {@link StrictMath#pow} allocates, {@link Math#pow} may differ by machine. */
    static double power(double base, long exponent) {
      double power = 1;
      double square = base;
      for (long rest = exponent; rest > 0; rest >>= 1) {
        if ((rest & 1) == 1) {
          power *= square;
        }
        square *= square;
      }
      return power;
    }
  }

  /**
   * Adam after {@code w -= lr decay w} (Loshchilov and Hutter 2019), with the rate of the
   * iteration, as PyTorch's AdamW does it. Biases keep all, as with L2; PyTorch's decay, too,
   * unless they have a parameter group of their own.
   */
  record AdamW(Adam adam, double weightDecay) implements Elementwise {
    @Override
    public int moments() {
      return adam.moments();
    }

    @Override
    public double momentum() {
      return adam.momentum();
    }

    @Override
    public void decay(float[] parameters, ParameterBlock[] weights, double learningRate) {
      float kept = (float) (1 - learningRate * weightDecay);
      for (ParameterBlock block : weights) {
        for (int i = block.offset(); i < block.end(); i++) {
          parameters[i] *= kept;
        }
      }
    }

    @Override
    public void step(
        float[] parameters,
        float[] gradient,
        float[][] moments,
        double learningRate,
        double momentum,
        long iteration) {
      adam.step(parameters, gradient, moments, learningRate, momentum, iteration);
    }
  }
}
