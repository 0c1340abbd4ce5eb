package io.sparkrnn.kernel;

/**
 * The definition of the kernels' bits, written out: every element one chain in float, in the order
 * that {@link RnnKernels} documents, one sample at a time.
 */
final class ScalarRnn {
  private final Minibatch minibatch;
  private final NetworkShape shape;
  private final float[] p;

  /** {@code [layer][sample][timeStep][unit]}. */
  final float[][][][] hidden;

  /** Likewise. */
  final float[][][][] delta;

  /** {@code [sample][one][class]}. */
  final float[][][] logits;

  /** Likewise. */
  final float[][][] outputDelta;

  final double[] losses;
  final float[] gradient;

  ScalarRnn(Minibatch minibatch) {
    this.minibatch = minibatch;
    this.shape = minibatch.shape();
    this.p = minibatch.parameters();
    int n = minibatch.size();
    hidden = new float[shape.layers()][n][shape.timeSteps()][];
    delta = new float[shape.layers()][n][shape.timeSteps()][];
    logits = new float[n][1][shape.classes()];
    outputDelta = new float[n][1][shape.classes()];
    losses = new double[n];
    gradient = new float[shape.parameterCount()];
    for (int s = 0; s < n; s++) {
      forward(s);
      outputDeltas(s);
      backward(s);
    }
    gradient();
  }

  private float[] below(int layer, int sample, int t) {
    return layer == 0 ? minibatch.samples()[sample][t] : hidden[layer - 1][sample][t];
  }

  private void forward(int s) {
    for (int l = 0; l < shape.layers(); l++) {
      int units = shape.units(l);
      int inputs = shape.inputs(l);
      for (int t = 0; t < shape.timeSteps(); t++) {
        hidden[l][s][t] = new float[units];
        for (int j = 0; j < units; j++) {
          float a = p[shape.bias(l) + j];
          for (int i = 0; i < inputs; i++) {
            a = Math.fma(p[shape.inputWeights(l) + j * inputs + i], below(l, s, t)[i], a);
          }
          for (int k = 0; t > 0 && k < units; k++) {
            a = Math.fma(p[shape.recurrentWeights(l) + j * units + k], hidden[l][s][t - 1][k], a);
          }
          hidden[l][s][t][j] =
              shape.activation() == Activation.TANH ? Activation.tanh(a) : Activation.relu(a);
        }
      }
    }
    float[] last = hidden[shape.layers() - 1][s][shape.timeSteps() - 1];
    for (int c = 0; c < shape.classes(); c++) {
      float z = p[shape.outputBias() + c];
      for (int k = 0; k < last.length; k++) {
        z = Math.fma(p[shape.outputWeights() + c * last.length + k], last[k], z);
      }
      logits[s][0][c] = z;
    }
  }

  private void outputDeltas(int s) {
    double max = Double.NEGATIVE_INFINITY;
    for (float z : logits[s][0]) {
      max = Math.max(max, z);
    }
    double sum = 0;
    for (float z : logits[s][0]) {
      sum += StrictMath.exp(z - max);
    }
    int label = minibatch.labels()[s];
    losses[s] = StrictMath.log(sum) - (logits[s][0][label] - max);
    for (int c = 0; c < shape.classes(); c++) {
      double y = c == label ? 1 : 0;
      outputDelta[s][0][c] =
          (float) ((StrictMath.exp(logits[s][0][c] - max) / sum - y) / minibatch.size());
    }
  }

  private void backward(int s) {
    int last = shape.timeSteps() - 1;
    for (int l = shape.layers() - 1; l >= 0; l--) {
      int units = shape.units(l);
      for (int t = last; t >= 0; t--) {
        delta[l][s][t] = new float[units];
        for (int j = 0; j < units; j++) {
          float d = 0f;
          for (int k = 0; t < last && k < units; k++) {
            d = Math.fma(p[shape.recurrentWeights(l) + k * units + j], delta[l][s][t + 1][k], d);
          }
          if (l < shape.layers() - 1) {
            for (int k = 0; k < shape.units(l + 1); k++) {
              d = Math.fma(p[shape.inputWeights(l + 1) + k * units + j], delta[l + 1][s][t][k], d);
            }
          } else if (t == last) {
            for (int c = 0; c < shape.classes(); c++) {
              d = Math.fma(p[shape.outputWeights() + c * units + j], outputDelta[s][0][c], d);
            }
          }
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

  private void gradient() {
    int n = minibatch.size();
    for (int l = 0; l < shape.layers(); l++) {
      int units = shape.units(l);
      int inputs = shape.inputs(l);
      for (int t = 0; t < shape.timeSteps(); t++) {
        for (int s = 0; s < n; s++) {
          for (int j = 0; j < units; j++) {
            float d = delta[l][s][t][j];
            for (int i = 0; i < inputs; i++) {
              multiplyAdd(shape.inputWeights(l) + j * inputs + i, d, below(l, s, t)[i]);
            }
            for (int k = 0; t > 0 && k < units; k++) {
              multiplyAdd(shape.recurrentWeights(l) + j * units + k, d, hidden[l][s][t - 1][k]);
            }
            gradient[shape.bias(l) + j] += d;
          }
        }
      }
    }
    int top = shape.topUnits();
    for (int s = 0; s < n; s++) {
      for (int c = 0; c < shape.classes(); c++) {
        float d = outputDelta[s][0][c];
        for (int k = 0; k < top; k++) {
          multiplyAdd(
              shape.outputWeights() + c * top + k,
              d,
              hidden[shape.layers() - 1][s][shape.timeSteps() - 1][k]);
        }
        gradient[shape.outputBias() + c] += d;
      }
    }
  }

  private void multiplyAdd(int element, float a, float b) {
    gradient[element] = Math.fma(a, b, gradient[element]);
  }
}
