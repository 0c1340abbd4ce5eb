package io.sparkrnn.serving;

/**
 * What a whole sequence or stream has.
 *
 * @param series its name, which matters where each series was standardised by itself; else empty
 * @param statics its static values, in the order of training; of most models none
 */
public record Constants(String series, double... statics) {
  /** Of models that read time steps alone. */
  public static final Constants NONE = new Constants("");

  public Constants {
    statics = statics.clone();
  }
}
