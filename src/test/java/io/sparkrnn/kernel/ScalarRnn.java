package io.sparkrnn.kernel;

import io.sparkrnn.kernel.ParameterBlock.Kind;

/**
 * The definition of the kernels' bits, written out: every element one chain in float, in the order
 * that {@link Ops} documents, one sample at a time.
 */
final class ScalarRnn {
  private final Minibatch minibatch;
  private static final int GROUP = 32;

  private final Network shape;
  private final ParameterLayout layout;
  private final float[] p;

  /** {@code [layer][sample][timeStep][unit]}. */
  final float[][][][] hidden;

  /** Likewise. */
  final float[][][][] delta;

  /** {@code [sample][class]}. */
  final float[][] logits;

  /** Likewise. */
  final float[][] outputDelta;

  final double[] losses;
  final float[] gradient;

  ScalarRnn(Minibatch minibatch) {
    this.minibatch = minibatch;
    this.shape = minibatch.network();
    this.layout = shape.layout();
    this.p = minibatch.parameters();
    int n = minibatch.size();
    hidden = new float[shape.layers().size()][n][shape.timeSteps()][];
    delta = new float[shape.layers().size()][n][shape.timeSteps()][];
    logits = new float[n][shape.classes()];
    outputDelta = new float[n][shape.classes()];
    losses = new double[n];
    for (int s = 0; s < n; s++) {
      forward(s);
      outputDeltas(s);
      backward(s);
    }
    gradient = gradient(0, (n + GROUP - 1) / GROUP);
  }

  private int at(int layer, Kind kind) {
    return layout.block(layer, kind).offset();
  }

  private float[] below(int layer, int sample, int t) {
    return layer == 0 ? minibatch.samples()[sample][t] : hidden[layer - 1][sample][t];
  }

  private void forward(int s) {
    for (int l = 0; l < shape.layers().size(); l++) {
      int units = shape.units(l);
      int inputs = shape.inputs(l);
      for (int t = 0; t < shape.timeSteps(); t++) {
        hidden[l][s][t] = new float[units];
        for (int j = 0; j < units; j++) {
          float a = p[at(l, Kind.BIAS) + j];
          for (int i = 0; i < inputs; i++) {
            a = Math.fma(p[at(l, Kind.INPUT_WEIGHTS) + j * inputs + i], below(l, s, t)[i], a);
          }
          for (int k = 0; t > 0 && k < units; k++) {
            a =
                Math.fma(
                    p[at(l, Kind.RECURRENT_WEIGHTS) + j * units + k], hidden[l][s][t - 1][k], a);
          }
          hidden[l][s][t][j] =
              shape.activation() == Activation.TANH ? Activation.tanh(a) : Activation.relu(a);
        }
      }
    }
    float[] last = hidden[shape.layers().size() - 1][s][shape.timeSteps() - 1];
    for (int c = 0; c < shape.classes(); c++) {
      float z = p[at(shape.layers().size(), Kind.OUTPUT_BIAS) + c];
      for (int k = 0; k < last.length; k++) {
        z =
            Math.fma(
                p[at(shape.layers().size(), Kind.OUTPUT_WEIGHTS) + c * last.length + k],
                last[k],
                z);
      }
      logits[s][c] = z;
    }
  }

  private void outputDeltas(int s) {
    double max = Double.NEGATIVE_INFINITY;
    for (float z : logits[s]) {
      max = Math.max(max, z);
    }
    double sum = 0;
    for (float z : logits[s]) {
      sum += StrictMath.exp(z - max);
    }
    int label = minibatch.labels()[s];
    losses[s] = StrictMath.log(sum) - (logits[s][label] - max);
    for (int c = 0; c < shape.classes(); c++) {
      double y = c == label ? 1 : 0;
      outputDelta[s][c] =
          (float) ((StrictMath.exp(logits[s][c] - max) / sum - y) / minibatch.size());
    }
  }

  private void backward(int s) {
    int last = shape.timeSteps() - 1;
    for (int l = shape.layers().size() - 1; l >= 0; l--) {
      int units = shape.units(l);
      for (int t = last; t >= 0; t--) {
        delta[l][s][t] = new float[units];
        for (int j = 0; j < units; j++) {
          float carry = 0f;
          for (int k = 0; t < last && k < units; k++) {
            float w = p[at(l, Kind.RECURRENT_WEIGHTS) + k * units + j];
            carry = Math.fma(w, delta[l][s][t + 1][k], carry);
          }
          float d = 0f;
          if (l < shape.layers().size() - 1) {
            for (int k = 0; k < shape.units(l + 1); k++) {
              float u = p[at(l + 1, Kind.INPUT_WEIGHTS) + k * units + j];
              d = Math.fma(u, delta[l + 1][s][t][k], d);
            }
          } else if (t == last) {
            for (int c = 0; c < shape.classes(); c++) {
              float v = p[at(shape.layers().size(), Kind.OUTPUT_WEIGHTS) + c * units + j];
              d = Math.fma(v, outputDelta[s][c], d);
            }
          }
          d += carry;
          d = Math.abs(d) < Ops.TINY ? 0f : d;
          float h = hidden[l][s][t][j];
          if (shape.activation() == Activation.TANH) {
            delta[l][s][t][j] = d * Math.fma(-h, h, 1f);
          } else {
            delta[l][s][t][j] = h > 0f ? d : 0f;
          }
        }
      }
    }
  }

  /** Along the tree that halves the groups. */
  private float[] gradient(int fromGroup, int toGroup) {
    if (toGroup - fromGroup == 1) {
      return ofGroup(fromGroup * GROUP, Math.min(minibatch.size(), toGroup * GROUP));
    }
    int middle = (fromGroup + toGroup) / 2;
    float[] sum = gradient(fromGroup, middle);
    float[] other = gradient(middle, toGroup);
    for (int i = 0; i < sum.length; i++) {
      sum[i] += other[i];
    }
    return sum;
  }

  private float[] ofGroup(int from, int to) {
    float[] gradient = new float[shape.parameterCount()];
    for (int l = 0; l < shape.layers().size(); l++) {
      int units = shape.units(l);
      int inputs = shape.inputs(l);
      for (int t = 0; t < shape.timeSteps(); t++) {
        for (int s = from; s < to; s++) {
          for (int j = 0; j < units; j++) {
            float d = delta[l][s][t][j];
            for (int i = 0; i < inputs; i++) {
              multiplyAdd(
                  gradient, at(l, Kind.INPUT_WEIGHTS) + j * inputs + i, d, below(l, s, t)[i]);
            }
            for (int k = 0; t > 0 && k < units; k++) {
              multiplyAdd(
                  gradient,
                  at(l, Kind.RECURRENT_WEIGHTS) + j * units + k,
                  d,
                  hidden[l][s][t - 1][k]);
            }
            gradient[at(l, Kind.BIAS) + j] += d;
          }
        }
      }
    }
    int top = shape.read();
    for (int s = from; s < to; s++) {
      for (int c = 0; c < shape.classes(); c++) {
        float d = outputDelta[s][c];
        for (int k = 0; k < top; k++) {
          multiplyAdd(
              gradient,
              at(shape.layers().size(), Kind.OUTPUT_WEIGHTS) + c * top + k,
              d,
              hidden[shape.layers().size() - 1][s][shape.timeSteps() - 1][k]);
        }
        gradient[at(shape.layers().size(), Kind.OUTPUT_BIAS) + c] += d;
      }
    }
    return gradient;
  }

  private static void multiplyAdd(float[] gradient, int element, float a, float b) {
    gradient[element] = Math.fma(a, b, gradient[element]);
  }
}
