package io.sparkrnn.model;

import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;
import java.util.Arrays;

/**
 * Initial parameters. Input and output weights are Xavier's as in DL4J (Gaussian, variance {@code 2
 * / (fanIn + fanOut)}, of which the fan-out is that of one gate; Glorot and Bengio 2010). Biases
 * are zero, but for what cells want: an LSTM's forget gate has 1. The recurrent weights of each
 * gate follow the scheme. Vectors of ids are Gaussian with variance 1, that of padding is zero.
 *
 * <p>Every block has a generator of its own, so that its values depend on the seed, its number and
 * its size alone.
 */
public enum ParameterInitializer {
  /** Recurrent weights like all others. */
  XAVIER,
  /** A random rotation: gradients through time keep their norm (Saxe et al. 2014). */
  ORTHOGONAL {
    @Override
    void recurrent(float[] parameters, ParameterBlock block, SeededRandom random) {
      for (int gate = 0; gate < block.gates(); gate++) {
        orthogonal(parameters, square(block, gate), block.rows(), random);
      }
    }
  },
  /** The identity, for relu units (Le, Jaitly and Hinton 2015). */
  IDENTITY {
    @Override
    void recurrent(float[] parameters, ParameterBlock block, SeededRandom random) {
      for (int gate = 0; gate < block.gates(); gate++) {
        for (int i = 0; i < block.rows(); i++) {
          parameters[square(block, gate) + i * block.rows() + i] = 1f;
        }
      }
    }
  },
  /**
   * As PyTorch's modules are made: everything in a recurrent layer, biases too, is uniform up to
   * {@code 1 / sqrt(units)} either way, and everything in the head up to {@code 1 / sqrt(fanIn)}.
   */
  PYTORCH {
    @Override
    void layer(float[] parameters, Network network, ParameterBlock block, SeededRandom random) {
      boolean recurrent = block.layer() < network.layers().size();
      double bound = 1 / Math.sqrt(recurrent ? network.units(block.layer()) : network.read());
      for (int i = block.offset(); i < block.end(); i++) {
        parameters[i] = (float) ((2 * random.nextDouble() - 1) * bound);
      }
    }
  };

  /** Flat parameters of a network, a pure function of scheme, topology and seed. */
  public float[] initialise(RnnTopology topology, long seed) {
    Network network = topology.network();
    float[] parameters = new float[network.parameterCount()];
    int number = 0;
    for (ParameterBlock block : topology.parameters()) {
      SeededRandom random = SeededRandom.of(seed, RandomStreams.INITIAL_PARAMETERS, number++);
      if (block.kind() == Kind.EMBEDDING) {
        embedding(
            parameters, network.input().categorical().get(block.layer()).padding(), block, random);
      } else {
        layer(parameters, network, block, random);
      }
    }
    return parameters;
  }

  /** Sets a block of a recurrent layer or of the head, which is zero before. */
  void layer(float[] parameters, Network network, ParameterBlock block, SeededRandom random) {
    switch (block.kind()) {
      case INPUT_WEIGHTS, OUTPUT_WEIGHTS -> xavier(parameters, block, random);
      case RECURRENT_WEIGHTS -> recurrent(parameters, block, random);
      case BIAS -> bias(parameters, network.layers().get(block.layer()), block);
      default -> {} // Other biases stay zero.
    }
  }

  void recurrent(float[] parameters, ParameterBlock block, SeededRandom random) {
    xavier(parameters, block, random);
  }

  private static void embedding(
      float[] parameters, int padding, ParameterBlock block, SeededRandom random) {
    gaussian(parameters, block, 1, random);
    if (padding != Embedding.NONE) {
      int vector = block.offset() + padding * block.rows();
      Arrays.fill(parameters, vector, vector + block.rows(), 0f);
    }
  }

  private static void bias(float[] parameters, Layer layer, ParameterBlock block) {
    for (int gate = 0; gate < block.gates(); gate++) {
      int first = block.offset() + gate * layer.units();
      Arrays.fill(parameters, first, first + layer.units(), layer.initialBias(gate));
    }
  }

  private static void xavier(float[] parameters, ParameterBlock block, SeededRandom random) {
    int fanOut = block.columns() / block.gates();
    gaussian(parameters, block, Math.sqrt(2.0 / (block.rows() + fanOut)), random);
  }

  private static void gaussian(
      float[] parameters, ParameterBlock block, double deviation, SeededRandom random) {
    for (int i = block.offset(); i < block.end(); i++) {
      parameters[i] = (float) (random.nextGaussian() * deviation);
    }
  }

  /** Where the weights of a gate begin that lead from the states of a layer to its units. */
  private static int square(ParameterBlock block, int gate) {
    return block.offset() + gate * block.rows() * block.rows();
  }

  // Gram-Schmidt on Gaussian rows, every projection taken twice: once leaves errors where rows are
  // nearly parallel.
  private static void orthogonal(float[] parameters, int offset, int n, SeededRandom random) {
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
        parameters[offset + r * n + i] = (float) rows[r][i];
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
