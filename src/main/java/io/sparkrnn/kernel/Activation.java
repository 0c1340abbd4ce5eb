package io.sparkrnn.kernel;

/** The nonlinearity of an Elman cell. */
public enum Activation {
  TANH,
  RELU;

  /**
   * A rational approximation of tanh, odd of degree 13 over even of degree 6; beyond 7.9 it stays
   * at 0.99999976. Absolute error below 3.2e-7 (the largest of all floats: 3.13e-7 at 7.07); odd,
   * never above one; NaN stays NaN. Coefficients: Eigen 3, {@code ptanh_float} (MPL-2.0), which
   * publishes them as the minimax fit on [-7.9, 7.9].
   */
  public static float tanh(float x) {
    float c = Math.max(-7.9053111f, Math.min(7.9053111f, x));
    float x2 = c * c;
    float p = Math.fma(x2, -2.7607684e-16f, 2.0001879e-13f);
    p = Math.fma(x2, p, -8.6046716e-11f);
    p = Math.fma(x2, p, 5.1222973e-08f);
    p = Math.fma(x2, p, 1.4857224e-05f);
    p = Math.fma(x2, p, 6.3726195e-04f);
    p = Math.fma(x2, p, 4.8935246e-03f);
    p = c * p;
    float q = Math.fma(x2, 1.1982584e-06f, 1.1853471e-04f);
    q = Math.fma(x2, q, 2.2684347e-03f);
    q = Math.fma(x2, q, 4.8935253e-03f);
    return p / q;
  }

  /** The larger of zero and {@code x}; a NaN stays one. */
  public static float relu(float x) {
    return Math.max(x, 0f);
  }
}
