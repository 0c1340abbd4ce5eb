package io.sparkrnn.kernel;

import java.util.Locale;

/** {@code h_t = f(U x_t + W h_(t-1) + b)} (Elman 1990), with tanh or relu. */
enum Elman implements Cell {
  TANH {
    @Override
    public void forward(Ops ops, float[] m, Step s) {
      ops.tanh(m, s.h, s.h, s.length);
    }

    @Override
    public void backward(Ops ops, float[] m, Step s) {
      ops.timesTanhSlope(m, s.delta(0), s.h, s.length);
    }
  },
  RELU {
    @Override
    public void forward(Ops ops, float[] m, Step s) {
      ops.relu(m, s.h, s.length);
    }

    @Override
    public void backward(Ops ops, float[] m, Step s) {
      ops.timesReluSlope(m, s.delta(0), s.h, s.length);
    }
  };

  private static final String PREFIX = "elman-";

  @Override
  public String family() {
    return "rnn";
  }

  @Override
  public String gates() {
    return "h";
  }

  @Override
  public boolean inPlace() {
    return true;
  }

  static String name(Activation activation) {
    return PREFIX + activation.name().toLowerCase(Locale.ROOT);
  }

  static boolean isElman(String name) {
    return name.startsWith(PREFIX);
  }

  static Activation activation(String name) {
    return Activation.valueOf(name.substring(PREFIX.length()).toUpperCase(Locale.ROOT));
  }
}
