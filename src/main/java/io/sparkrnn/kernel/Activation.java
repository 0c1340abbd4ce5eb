package io.sparkrnn.kernel;

/** The nonlinearity of an Elman cell. */
public enum Activation {
  TANH,
  RELU;

  static final float LIMIT = 7.9053111f;
  static final float P13 = -2.7607684e-16f;
  static final float P11 = 2.0001879e-13f;
  static final float P9 = -8.6046716e-11f;
  static final float P7 = 5.1222973e-08f;
  static final float P5 = 1.4857224e-05f;
  static final float P3 = 6.3726195e-04f;
  static final float P1 = 4.8935246e-03f;
  static final float Q6 = 1.1982584e-06f;
  static final float Q4 = 1.1853471e-04f;
  static final float Q2 = 2.2684347e-03f;
  static final float Q0 = 4.8935253e-03f;

  /**
   * A rational approximation of tanh, odd of degree 13 over even of degree 6; beyond 7.9 it stays
   * at 0.99999976. Absolute error below 3.2e-7 (the largest of all floats: 3.13e-7 at 7.07); odd,
   * never above one; NaN stays NaN. Coefficients: Eigen 3, {@code ptanh_float} (MPL-2.0), which
   * publishes them as the minimax fit on [-7.9, 7.9].
   */
  public static float tanh(float x) {
    float c = Math.max(-LIMIT, Math.min(LIMIT, x));
    float x2 = c * c;
    float p = Math.fma(x2, P13, P11);
    p = Math.fma(x2, p, P9);
    p = Math.fma(x2, p, P7);
    p = Math.fma(x2, p, P5);
    p = Math.fma(x2, p, P3);
    p = Math.fma(x2, p, P1);
    p = c * p;
    float q = Math.fma(x2, Q6, Q4);
    q = Math.fma(x2, q, Q2);
    q = Math.fma(x2, q, Q0);
    return p / q;
  }

  /** The logistic function by {@link #tanh}: {@code (1 + tanh(x / 2)) / 2}. */
  public static float sigmoid(float x) {
    return Math.fma(0.5f, tanh(x * 0.5f), 0.5f);
  }

  /** The larger of zero and {@code x}; a NaN stays one. */
  public static float relu(float x) {
    return Math.max(x, 0f);
  }
}
