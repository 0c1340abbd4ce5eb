package io.sparkrnn.kernel;

import java.util.List;

/**
 * {@code h_t = (1 - z) n + z h_(t-1); n = tanh(U x_t + b + r (W h_(t-1) + bh))}, with {@code r} and
 * {@code z} the logistic function of {@code U x_t + b + W h_(t-1) + bh} (Cho et al. 2014, with the
 * reset gate after the product, as PyTorch and cuDNN have it, and ONNX with {@code
 * linear_before_reset = 1}).
 */
enum Gru implements Cell {
  GRU;

  private static final int R = 0;
  private static final int Z = 1;
  private static final int N = 2;

  /** The candidate's product with the state, which is a part of its own. */
  private static final int NH = 3;

  @Override
  public String family() {
    return "gru";
  }

  @Override
  public String gates() {
    return "rzn";
  }

  @Override
  public List<Part> parts() {
    return List.of(
        new Part(R, 2, true, true), new Part(N, 1, true, false), new Part(N, 1, false, true));
  }

  @Override
  public boolean needsTwoBiases() {
    return true;
  }

  @Override
  public void forward(Ops ops, float[] m, Step s) {
    ops.sigmoid(m, s.gate(R), s.length);
    ops.sigmoid(m, s.gate(Z), s.length);
    ops.timesPlus(m, s.gate(N), s.gate(R), s.gate(NH), s.gate(N), s.length);
    ops.tanh(m, s.gate(N), s.gate(N), s.length);
    ops.minus(m, s.h, s.before, s.gate(N), s.length);
    ops.timesPlus(m, s.h, s.gate(Z), s.h, s.gate(N), s.length);
  }

  @Override
  public void backward(Ops ops, float[] m, Step s) {
    int dh = s.delta(R);
    ops.times(m, s.carry, dh, s.gate(Z), s.length);
    ops.minus(m, s.delta(N), dh, s.carry, s.length);
    ops.timesTanhSlope(m, s.delta(N), s.gate(N), s.length);
    ops.times(m, s.delta(NH), s.delta(N), s.gate(R), s.length);
    ops.minus(m, s.delta(Z), s.before, s.gate(N), s.length);
    ops.sigmoidDelta(m, s.delta(Z), dh, s.delta(Z), s.gate(Z), s.length);
    ops.sigmoidDelta(m, s.delta(R), s.delta(N), s.gate(NH), s.gate(R), s.length);
  }
}
