package io.sparkrnn.kernel;

/**
 * The activations, deltas and losses of one minibatch; allocated once and used for every minibatch
 * of a worker.
 *
 * <p>All arrays lie hidden-major with {@link #paddedSamples()} floats a row. Lanes past {@link
 * #samples()} hold whatever the forward pass makes of zero inputs, and zero deltas.
 */
public final class Workspace {
  /**
   * Samples are padded to a multiple of this, the lanes of the widest vector there is (512 bits).
   */
  public static final int LANES = 16;

  /** Sums over all parameters fold over so many. */
  static final int VIRTUAL_LANES = 64;

  private final NetworkShape shape;
  private final int maxSamples;

  final float[] input;
  final float[][] hidden;
  final float[][] delta;
  final float[] logits;
  final float[] outputDelta;
  final int[] labels;
  final double[] losses;

  // Rows of the gradient: of the input weights, the bias, the recurrent weights, then padding.
  final float[] gradientRows;
  final int gradientRowLength;

  final float[] lanes = new float[VIRTUAL_LANES];

  private final ThreadLocal<Scratch> scratch;
  private int samples;

  public Workspace(NetworkShape shape, int maxSamples) {
    this.shape = shape;
    this.maxSamples = maxSamples;
    int padded = padded(maxSamples);
    input = new float[Math.multiplyExact(shape.timeSteps() * shape.inputSize(), padded)];
    hidden = new float[shape.layers()][];
    delta = new float[shape.layers()][];
    for (int l = 0; l < shape.layers(); l++) {
      hidden[l] = new float[Math.multiplyExact(shape.timeSteps() * shape.units(l), padded)];
      delta[l] = new float[hidden[l].length];
    }
    int widest = shape.topUnits() + 1;
    for (int l = 0; l < shape.layers(); l++) {
      widest = Math.max(widest, shape.inputs(l) + 1 + shape.units(l));
    }
    gradientRowLength = padded(widest);
    scratch = ThreadLocal.withInitial(() -> new Scratch(shape, padded * gradientRowLength));
    gradientRows = new float[shape.gradientRows() * gradientRowLength];
    logits = new float[shape.classes() * padded];
    outputDelta = new float[shape.classes() * padded];
    labels = new int[maxSamples];
    losses = new double[maxSamples];
  }

  static int padded(int count) {
    return (count + LANES - 1) / LANES * LANES;
  }

  Scratch scratch() {
    return scratch.get();
  }

  /** Says how many samples the next minibatch has; rows shrink to its padded size. */
  public void begin(int minibatchSamples) {
    if (minibatchSamples < 1 || minibatchSamples > maxSamples) {
      throw new IllegalArgumentException(
          "a minibatch of this workspace has 1 to %d samples, found %d"
              .formatted(maxSamples, minibatchSamples));
    }
    samples = minibatchSamples;
  }

  public NetworkShape shape() {
    return shape;
  }

  public int samples() {
    return samples;
  }

  /** Floats a row: {@link #samples()} rounded up to whole vectors. */
  public int paddedSamples() {
    return padded(samples);
  }

  /**
   * {@code [timeStep][input][sample]}, to be filled before the forward pass; padding lanes must be
   * finite.
   */
  public float[] input() {
    return input;
  }

  /** Class of each sample, to be filled before {@link RnnKernels#outputDeltas}. */
  public int[] labels() {
    return labels;
  }

  /** {@code [timeStep][unit][sample]} of a layer, after the forward pass. */
  public float[] hidden(int layer) {
    return hidden[layer];
  }

  /** {@code [class][sample]}, after the forward pass. */
  public float[] logits() {
    return logits;
  }

  /** Cross-entropy of each sample in nats, after {@link RnnKernels#outputDeltas}. */
  public double[] losses() {
    return losses;
  }

  /** The class with the largest logit, the lowest one of equals. */
  public int predicted(int sample) {
    int best = 0;
    for (int c = 1; c < shape.classes(); c++) {
      if (logits[c * paddedSamples() + sample] > logits[best * paddedSamples() + sample]) {
        best = c;
      }
    }
    return best;
  }
}
