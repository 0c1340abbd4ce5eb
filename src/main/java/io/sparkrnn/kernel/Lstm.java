package io.sparkrnn.kernel;

/**
 * {@code c_t = f c_(t-1) + i z; h_t = o tanh(c_t)}, with {@code z} the tanh and {@code f}, {@code
 * o}, {@code i} the logistic function of {@code U x_t + W h_(t-1) + b} (Hochreiter and Schmidhuber
 * 1997; Gers, Schmidhuber and Cummins 2000). No peepholes. Gates are in DL4J's order.
 */
enum Lstm implements Cell {
  LSTM;

  private static final int Z = 0;
  private static final int F = 1;
  private static final int O = 2;
  private static final int I = 3;

  @Override
  public String family() {
    return "lstm";
  }

  @Override
  public String gates() {
    return "zfoi";
  }

  @Override
  public int memories() {
    return 1;
  }

  /** The tanh of the memory. */
  @Override
  public int kept() {
    return 1;
  }

  /** An open forget gate lets gradients through (Jozefowicz, Zaremba and Sutskever 2015). */
  @Override
  public float initialBias(int gate) {
    return gate == F ? 1 : 0;
  }

  @Override
  public void forward(Ops ops, float[] m, Step s) {
    ops.tanh(m, s.gate(Z), s.gate(Z), s.length);
    ops.sigmoid(m, s.gate(F), s.length);
    ops.sigmoid(m, s.gate(O), s.length);
    ops.sigmoid(m, s.gate(I), s.length);
    ops.times(m, s.memory, s.gate(F), s.memoryBefore, s.length);
    ops.timesPlus(m, s.memory, s.gate(I), s.gate(Z), s.memory, s.length);
    ops.tanh(m, s.kept, s.memory, s.length);
    ops.times(m, s.h, s.gate(O), s.kept, s.length);
  }

  @Override
  public void backward(Ops ops, float[] m, Step s) {
    int dh = s.delta(Z);
    ops.sigmoidDelta(m, s.delta(O), dh, s.kept, s.gate(O), s.length);
    ops.tanhDelta(m, s.delta(I), dh, s.gate(O), s.kept, s.length);
    ops.addFlushed(m, s.memoryCarry, s.delta(I), s.length);
    int dc = s.memoryCarry;
    ops.tanhDelta(m, s.delta(Z), dc, s.gate(I), s.gate(Z), s.length);
    ops.sigmoidDelta(m, s.delta(I), dc, s.gate(Z), s.gate(I), s.length);
    ops.sigmoidDelta(m, s.delta(F), dc, s.memoryBefore, s.gate(F), s.length);
    ops.times(m, s.memoryCarry, dc, s.gate(F), s.length);
  }
}
