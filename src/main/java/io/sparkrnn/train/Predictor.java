package io.sparkrnn.train;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.kernel.Workspace;
import io.sparkrnn.model.RnnTopology;
import java.util.Arrays;

/**
 * What a model says of samples, a minibatch at a time: fill the places, run, read the answers. Any
 * order and any number of samples give equal bits. Serves one thread.
 */
public final class Predictor {
  /** Places of a minibatch; this many keep the activations of 28 time steps in the cache. */
  public static final int SAMPLES = 64;

  private final RnnKernels kernels;
  private final NetworkShape shape;
  private final float[] parameters;
  private final Workspace workspace;
  private final int stride;

  /**
   * A predictor.
   *
   * @param parameters flat, not changed
   * @throws IllegalArgumentException for a network without classes
   */
  public Predictor(RnnKernels kernels, RnnTopology topology, float[] parameters) {
    if (!topology.trainable()) {
      throw new IllegalArgumentException(
          "expected a network with an output layer, found " + topology.summary());
    }
    this.kernels = kernels;
    this.shape = topology.shape();
    this.parameters = parameters;
    this.workspace = new Workspace(shape, SAMPLES);
    workspace.begin(SAMPLES);
    this.stride = workspace.paddedSamples();
  }

  /** Values of a sample: {@code [timeStep][input]}. */
  public int valuesPerSample() {
    return shape.timeSteps() * shape.inputSize();
  }

  /**
   * Fills a place, of which there are {@link #SAMPLES}; one that is not filled keeps what it had.
   *
   * @param values {@code [timeStep][input]}
   */
  public void put(int place, float[] values) {
    float[] input = workspace.input();
    for (int i = 0, at = place; i < values.length; i++, at += stride) {
      input[at] = values[i];
    }
  }

  /** Fills the first places with samples of a dataset, as {@link SequenceDataset#layOut} does. */
  void put(SequenceDataset data, int[] samples, int offset, int count) {
    data.layOut(samples, offset, count, workspace.input(), stride);
  }

  /** Computes the answers of all places. */
  public void run() {
    kernels.forward(parameters, workspace, 0, stride);
  }

  /** The most probable class. */
  public int predicted(int place) {
    return workspace.predicted(place);
  }

  /** Outputs before the softmax: {@code [class]}. */
  public double[] logits(int place) {
    double[] logits = new double[shape.classes()];
    for (int c = 0; c < logits.length; c++) {
      logits[c] = workspace.logits()[c * stride + place];
    }
    return logits;
  }

  /** Softmax of the logits, taken in double: {@code [class]}. */
  public double[] probabilities(int place) {
    double[] probabilities = logits(place);
    softmax(probabilities);
    return probabilities;
  }

  /** Cross-entropy in nats, with the bits that training has for it. */
  double loss(int place, int label) {
    double[] logits = logits(place);
    logSoftmax(logits);
    return -logits[label];
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
