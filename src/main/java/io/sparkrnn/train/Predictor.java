package io.sparkrnn.train;

import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.OutputUnits;
import io.sparkrnn.model.RnnTopology;
import java.util.Arrays;

/**
 * What a model says of samples, a minibatch at a time: fill the places, run, read the answers. Any
 * order and any number of samples give equal bits. Serves one thread.
 */
public final class Predictor {
  /** Places of a minibatch; this many keep the activations of 28 time steps in the cache. */
  public static final int SAMPLES = 64;

  private final Network network;
  private final InferencePass pass;
  private final float[][] places = new float[SAMPLES][];
  private final MinibatchSource ofPlaces = new Places();

  /**
   * A predictor.
   *
   * @param parameters flat, not changed
   * @throws IllegalArgumentException for a network without classes, or one of several readings a
   *     sample
   */
  public Predictor(Ops kernels, RnnTopology topology, float[] parameters) {
    if (!topology.trainable()) {
      throw new IllegalArgumentException(
          "expected a network with an output layer, found " + topology.summary());
    }
    if (!serves(topology.network())) {
      throw new IllegalArgumentException(
          "expected a network that gives each sequence one class, found " + topology.summary());
    }
    this.network = topology.network();
    this.pass = new InferencePass(network, kernels, parameters, SAMPLES);
  }

  /** Whether it gives each sequence one class. */
  public static boolean serves(Network network) {
    return network.head().loss().ofClasses() && network.head().reads() != Network.Reads.EVERY;
  }

  /** Values of a sample: {@code [timeStep][input]}. */
  public int valuesPerSample() {
    return network.timeSteps() * network.inputSize();
  }

  /**
   * Fills a place, of which there are {@link #SAMPLES}; one that is not filled keeps what it had.
   *
   * @param values {@code [timeStep][input]}
   */
  public void put(int place, float[] values) {
    if (network.input().width() > network.inputSize() || network.input().statics() > 0) {
      throw new IllegalArgumentException(
          "expected a network of dense values, found " + network.input());
    }
    if (places[place] == null) {
      places[place] = new float[valuesPerSample()];
    }
    System.arraycopy(values, 0, places[place], 0, values.length);
  }

  /** Computes the answers of the first places. */
  public void run(int count) {
    pass.run(ofPlaces, count);
  }

  /** The most probable class. */
  public int predicted(int place) {
    return pass.predicted(place);
  }

  /** Outputs before the softmax: {@code [class]}. */
  public double[] logits(int place) {
    double[] logits = new double[network.classes()];
    for (int c = 0; c < logits.length; c++) {
      logits[c] = pass.logit(place, c);
    }
    return logits;
  }

  /** Softmax of the logits, taken in double: {@code [class]}. */
  public double[] probabilities(int place) {
    double[] probabilities = logits(place);
    OutputUnits.softmax(probabilities);
    return probabilities;
  }

  /**
   * Puts the logarithms of the probabilities in the place of logits.
   *
   * @param logits {@code [class]}, changed in place
   */
  public static void logSoftmax(double[] logits) {
    double highest = Arrays.stream(logits).max().orElseThrow();
    double sum = 0;
    for (double logit : logits) {
      sum += StrictMath.exp(logit - highest);
    }
    double logOfSum = StrictMath.log(sum);
    for (int c = 0; c < logits.length; c++) {
      logits[c] = logits[c] - highest - logOfSum;
    }
  }

  /** The samples that were put. */
  private final class Places implements MinibatchSource {
    @Override
    public void layOut(
        int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
      int inputs = network.inputSize();
      for (int s = 0; s < count; s++) {
        float[] values = places[samples[first + s]];
        if (values == null) {
          continue; // Nobody will ask what becomes of it.
        }
        for (int t = 0, v = 0; t < network.timeSteps(); t++) {
          int to = at + t * stepStride + s;
          for (int i = 0; i < inputs; i++, to += width) {
            target[to] = values[v++];
          }
        }
      }
    }

    @Override
    public int length(int sample) {
      return network.timeSteps();
    }
  }
}
