package io.sparkrnn.model;

import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;

/**
 * Initial parameters. Input and output weights are Xavier's as in DL4J (Gaussian, variance {@code 2
 * / (fanIn + fanOut)}; Glorot and Bengio 2010), biases zero; the recurrent weights follow the
 * scheme. Every block has a generator of its own, so that its values depend on the seed, its number
 * and its size alone.
 */
public enum ParameterInitializer {
  /** Recurrent weights like all others. */
  XAVIER {
    @Override
    void recurrent(float[] parameters, ParameterBlock block, SeededRandom random) {
      gaussian(parameters, block, random);
    }
  },
  /** A random rotation: gradients through time keep their norm (Saxe et al. 2014). */
  ORTHOGONAL {
    @Override
    void recurrent(float[] parameters, ParameterBlock block, SeededRandom random) {
      orthogonal(parameters, block, random);
    }
  },
  /** The identity, for relu units (Le, Jaitly and Hinton 2015). */
  IDENTITY {
    @Override
    void recurrent(float[] parameters, ParameterBlock block, SeededRandom random) {
      for (int i = 0; i < block.rows(); i++) {
        parameters[block.offset() + i * block.rows() + i] = 1f;
      }
    }
  };

  abstract void recurrent(float[] parameters, ParameterBlock block, SeededRandom random);

  /** Flat parameters of a network, a pure function of scheme, topology and seed. */
  public float[] initialise(RnnTopology topology, long seed) {
    float[] parameters = new float[topology.network().parameterCount()];
    int number = 0;
    for (ParameterBlock block : topology.parameters()) {
      SeededRandom random = SeededRandom.of(seed, RandomStreams.INITIAL_PARAMETERS, number++);
      switch (block.kind()) {
        case INPUT_WEIGHTS, OUTPUT_WEIGHTS -> gaussian(parameters, block, random);
        case RECURRENT_WEIGHTS -> recurrent(parameters, block, random);
        case BIAS, OUTPUT_BIAS -> {}
      }
    }
    return parameters;
  }

  private static void gaussian(float[] parameters, ParameterBlock block, SeededRandom random) {
    double deviation = Math.sqrt(2.0 / (block.rows() + block.columns()));
    for (int i = block.offset(); i < block.end(); i++) {
      parameters[i] = (float) (random.nextGaussian() * deviation);
    }
  }

  // Gram-Schmidt on Gaussian rows, every projection taken twice: once leaves errors where rows are
  // nearly parallel.
  private static void orthogonal(float[] parameters, ParameterBlock block, SeededRandom random) {
    int n = block.rows();
    double[][] rows = new double[n][n];
    for (int r = 0; r < n; r++) {
      for (int i = 0; i < n; i++) {
        rows[r][i] = random.nextGaussian();
      }
      for (int pass = 0; pass < 2; pass++) {
        for (int p = 0; p < r; p++) {
          double projection = dot(rows[r], rows[p]);
          for (int i = 0; i < n; i++) {
            rows[r][i] -= projection * rows[p][i];
          }
        }
      }
      double norm = Math.sqrt(dot(rows[r], rows[r]));
      for (int i = 0; i < n; i++) {
        rows[r][i] /= norm;
        parameters[block.offset() + r * n + i] = (float) rows[r][i];
      }
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
