package io.sparkrnn.data;

/** How many answers a network is to give for a sample: a label or targets are of one of them. */
public enum Readings {
  ONE,
  /** One at each time step. */
  EVERY_STEP;

  /** For messages. */
  @Override
  public String toString() {
    return this == ONE ? "one a sample" : "one a time step";
  }
}
