package io.sparkrnn.kernel;

import java.util.Locale;

/** {@code h_t = f(U x_t + W h_(t-1) + b)} (Elman 1990), with tanh or relu. */
enum Elman implements Cell {
  TANH {
    @Override
    public void forward(Ops ops, float[] m, int h, int length) {
      ops.tanh(m, h, length);
    }

    @Override
    public void backward(Ops ops, float[] m, int delta, int h, int length) {
      ops.timesTanhSlope(m, delta, h, length);
    }
  },
  RELU {
    @Override
    public void forward(Ops ops, float[] m, int h, int length) {
      ops.relu(m, h, length);
    }

    @Override
    public void backward(Ops ops, float[] m, int delta, int h, int length) {
      ops.timesReluSlope(m, delta, h, length);
    }
  };

  private static final String PREFIX = "elman-";

  static String name(Activation activation) {
    return PREFIX + activation.name().toLowerCase(Locale.ROOT);
  }

  static Activation activation(String name) {
    return Activation.valueOf(name.substring(PREFIX.length()).toUpperCase(Locale.ROOT));
  }
}
