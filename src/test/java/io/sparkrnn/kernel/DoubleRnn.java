package io.sparkrnn.kernel;

import java.util.List;

/**
 * The oracle: stacked Elman layers and a softmax layer by the textbook's formulas, in double, one
 * sample at a time, on {@code [timeStep][unit]}. It shares no code with the kernels, nor with the
 * offsets of {@link Network}: it reads the flat parameters with a cursor of its own.
 *
 * <pre>
 * a_t = U x_t + W h_{t-1} + b        h_t = f(a_t)        z = V h_T + c        loss = -log softmax(z)[label]
 * dz = softmax(z) - y                da_t = f'(a_t) (W^T da_{t+1} + what comes from above)
 * dU = sum_t da_t x_t^T              dW = sum_t da_t h_{t-1}^T                db = sum_t da_t
 * </pre>
 */
public final class DoubleRnn {
  private final Network shape;
  private final double[][][] inputWeights;
  private final double[][][] recurrentWeights;
  private final double[][] bias;
  private final double[][] outputWeights;
  private final double[] outputBias;

  /** A sample's forward pass: {@code [layer][timeStep][unit]} and {@code [class]}. */
  public record Trace(double[][][] sums, double[][][] hidden, double[] logits) {}

  public DoubleRnn(Network shape, double[] parameters) {
    this.shape = shape;
    int layers = shape.hidden().size();
    inputWeights = new double[layers][][];
    recurrentWeights = new double[layers][][];
    bias = new double[layers][];
    Cursor cursor = new Cursor(parameters);
    int inputs = shape.inputSize();
    for (int l = 0; l < layers; l++) {
      int units = shape.hidden().get(l);
      inputWeights[l] = cursor.matrix(units, inputs);
      recurrentWeights[l] = cursor.matrix(units, units);
      bias[l] = cursor.vector(units);
      inputs = units;
    }
    outputWeights = cursor.matrix(shape.classes(), inputs);
    outputBias = cursor.vector(shape.classes());
    cursor.requireEnd();
  }

  public static DoubleRnn of(Network shape, float[] parameters) {
    double[] widened = new double[parameters.length];
    for (int i = 0; i < widened.length; i++) {
      widened[i] = parameters[i];
    }
    return new DoubleRnn(shape, widened);
  }

  /** The forward pass of one sample {@code [timeStep][input]}. */
  public Trace forward(double[][] sample) {
    int layers = bias.length;
    double[][][] sums = new double[layers][sample.length][];
    double[][][] hidden = new double[layers][sample.length][];
    for (int t = 0; t < sample.length; t++) {
      double[] below = sample[t];
      for (int l = 0; l < layers; l++) {
        double[] a = plus(times(inputWeights[l], below), bias[l]);
        if (t > 0) {
          a = plus(a, times(recurrentWeights[l], hidden[l][t - 1]));
        }
        double[] h = new double[a.length];
        for (int j = 0; j < h.length; j++) {
          h[j] = shape.activation() == Activation.TANH ? Math.tanh(a[j]) : Math.max(0, a[j]);
        }
        sums[l][t] = a;
        hidden[l][t] = h;
        below = h;
      }
    }
    double[] last = hidden[layers - 1][sample.length - 1];
    return new Trace(sums, hidden, plus(times(outputWeights, last), outputBias));
  }

  /** Cross-entropy of one sample in nats. */
  public double loss(double[][] sample, int label) {
    return -Math.log(softmax(forward(sample).logits())[label]);
  }

  public double meanLoss(List<double[][]> samples, int[] labels) {
    double sum = 0;
    for (int s = 0; s < samples.size(); s++) {
      sum += loss(samples.get(s), labels[s]);
    }
    return sum / samples.size();
  }

  /** The gradient of the mean loss, flat. */
  public double[] gradient(List<double[][]> samples, int[] labels) {
    Gradient gradient = new Gradient();
    for (int s = 0; s < samples.size(); s++) {
      backPropagate(samples.get(s), labels[s], gradient);
    }
    double[] flat = gradient.flat();
    for (int i = 0; i < flat.length; i++) {
      flat[i] /= samples.size();
    }
    return flat;
  }

  /** The derivatives of one sample's loss by {@code a_t}: {@code [layer][timeStep][unit]}. */
  public double[][][] deltas(double[][] sample, int label) {
    return backPropagate(sample, label, new Gradient());
  }

  private double[][][] backPropagate(double[][] sample, int label, Gradient gradient) {
    Trace trace = forward(sample);
    double[] outputDelta = softmax(trace.logits());
    outputDelta[label] -= 1;
    int top = bias.length - 1;
    int last = sample.length - 1;
    addOuter(gradient.outputWeights, outputDelta, trace.hidden()[top][last]);
    add(gradient.outputBias, outputDelta);

    double[][][] delta = new double[bias.length][sample.length][];
    for (int l = top; l >= 0; l--) {
      for (int t = last; t >= 0; t--) {
        double[] error = new double[bias[l].length];
        if (l < top) {
          add(error, transposedTimes(inputWeights[l + 1], delta[l + 1][t]));
        } else if (t == last) {
          add(error, transposedTimes(outputWeights, outputDelta));
        }
        if (t < last) {
          add(error, transposedTimes(recurrentWeights[l], delta[l][t + 1]));
        }
        for (int j = 0; j < error.length; j++) {
          error[j] *= slope(trace.sums()[l][t][j]);
        }
        delta[l][t] = error;
        addOuter(gradient.inputWeights[l], error, l == 0 ? sample[t] : trace.hidden()[l - 1][t]);
        if (t > 0) {
          addOuter(gradient.recurrentWeights[l], error, trace.hidden()[l][t - 1]);
        }
        add(gradient.bias[l], error);
      }
    }
    return delta;
  }

  private double slope(double a) {
    if (shape.activation() == Activation.RELU) {
      return a > 0 ? 1 : 0;
    }
    double h = Math.tanh(a);
    return 1 - h * h;
  }

  /** Class probabilities of logits. */
  public static double[] softmax(double[] logits) {
    double max = Double.NEGATIVE_INFINITY;
    for (double z : logits) {
      max = Math.max(max, z);
    }
    double sum = 0;
    double[] p = new double[logits.length];
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp(logits[c] - max);
      sum += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= sum;
    }
    return p;
  }

  private static double[] times(double[][] matrix, double[] vector) {
    double[] product = new double[matrix.length];
    for (int row = 0; row < matrix.length; row++) {
      for (int i = 0; i < vector.length; i++) {
        product[row] += matrix[row][i] * vector[i];
      }
    }
    return product;
  }

  private static double[] transposedTimes(double[][] matrix, double[] vector) {
    double[] product = new double[matrix[0].length];
    for (int row = 0; row < matrix.length; row++) {
      for (int i = 0; i < product.length; i++) {
        product[i] += matrix[row][i] * vector[row];
      }
    }
    return product;
  }

  private static double[] plus(double[] a, double[] b) {
    double[] sum = a.clone();
    add(sum, b);
    return sum;
  }

  private static void add(double[] target, double[] values) {
    for (int i = 0; i < target.length; i++) {
      target[i] += values[i];
    }
  }

  private static void addOuter(double[][] target, double[] column, double[] row) {
    for (int r = 0; r < column.length; r++) {
      for (int i = 0; i < row.length; i++) {
        target[r][i] += column[r] * row[i];
      }
    }
  }

  private final class Gradient {
    final double[][][] inputWeights = like(DoubleRnn.this.inputWeights);
    final double[][][] recurrentWeights = like(DoubleRnn.this.recurrentWeights);
    final double[][] bias = like(DoubleRnn.this.bias);
    final double[][] outputWeights = like(DoubleRnn.this.outputWeights);
    final double[] outputBias = new double[DoubleRnn.this.outputBias.length];

    double[] flat() {
      double[] flat = new double[0];
      for (int l = 0; l < bias.length; l++) {
        flat = concatenated(flat, inputWeights[l]);
        flat = concatenated(flat, recurrentWeights[l]);
        flat = concatenated(flat, bias[l]);
      }
      return concatenated(concatenated(flat, outputWeights), outputBias);
    }

    private static double[][][] like(double[][][] matrices) {
      double[][][] zeros = new double[matrices.length][][];
      for (int i = 0; i < zeros.length; i++) {
        zeros[i] = like(matrices[i]);
      }
      return zeros;
    }

    private static double[][] like(double[][] matrix) {
      double[][] zeros = new double[matrix.length][];
      for (int row = 0; row < zeros.length; row++) {
        zeros[row] = new double[matrix[row].length];
      }
      return zeros;
    }

    private static double[] concatenated(double[] head, double[]... tail) {
      int length = head.length;
      for (double[] row : tail) {
        length += row.length;
      }
      double[] all = new double[length];
      System.arraycopy(head, 0, all, 0, head.length);
      int at = head.length;
      for (double[] row : tail) {
        System.arraycopy(row, 0, all, at, row.length);
        at += row.length;
      }
      return all;
    }
  }

  private static final class Cursor {
    private final double[] values;
    private int at;

    Cursor(double[] values) {
      this.values = values;
    }

    double[][] matrix(int rows, int columns) {
      double[][] matrix = new double[rows][];
      for (int row = 0; row < rows; row++) {
        matrix[row] = vector(columns);
      }
      return matrix;
    }

    double[] vector(int length) {
      double[] vector = new double[length];
      System.arraycopy(values, at, vector, 0, length);
      at += length;
      return vector;
    }

    void requireEnd() {
      if (at != values.length) {
        throw new IllegalArgumentException(
            "expected %d parameters, found %d".formatted(at, values.length));
      }
    }
  }
}
