package io.sparkrnn.serving;

import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.ChannelScale;
import io.sparkrnn.model.Preparation;
import java.util.List;
import java.util.Optional;

/**
 * Makes what a network reads of the numbers of a time step, with the bits that tables have: a
 * number is a float before it is standardised, and afterwards.
 */
final class InputScale {
  /** Of models that were trained on numbers as they are. */
  private static final double[] AS_IT_IS = {};

  private final int width;
  private final List<String> features;
  private final boolean masks;
  private final boolean fills;
  private final double[] means;
  private final double[] deviations;

  private InputScale(
      int width, List<String> features, boolean masks, boolean fills, ChannelScale scale) {
    this.width = width;
    this.features = features;
    this.masks = masks;
    this.fills = fills;
    means = array(scale.means());
    deviations = array(scale.deviations());
  }

  private static double[] array(List<Double> values) {
    return values.isEmpty() ? AS_IT_IS : values.stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * The scale of a series.
   *
   * @param fills whether what is missing is filled without masks, too
   */
  static InputScale of(
      Network network, Optional<Preparation> preparation, boolean fills, String series) {
    if (preparation.isEmpty()) {
      return new InputScale(network.inputSize(), List.of(), false, fills, ChannelScale.NONE);
    }
    Preparation fitted = preparation.get();
    int width = fitted.features().size();
    ChannelScale scale = fitted.channels();
    if (!fitted.series().isEmpty()) {
      scale = fitted.series().get(series);
      if (scale == null) {
        throw new ReadingException(
            "Cannot begin a sequence: expected the name of a series that the training data have, by which each is standardised, found \"%s\""
                .formatted(series));
      }
    }
    boolean masks = width > 0 && network.inputSize() == 2 * width;
    return new InputScale(width, fitted.features(), masks, fills, scale);
  }

  /** Values that a time step has. */
  int inputs() {
    return masks ? 2 * width : width;
  }

  /**
   * Writes what the network reads.
   *
   * @param reading numbers as the data have them; NaN is missing, where training knew that
   * @param to has what the time step before had, or zeros
   * @throws ReadingException if there are not as many, or one is not finite
   */
  void apply(double[] reading, float[] to) {
    int given = reading == null ? 0 : reading.length;
    if (given != width) {
      throw new ReadingException(
          "Cannot read a time step: expected %d numbers%s, found %d"
              .formatted(width, features.isEmpty() ? "" : " " + features, given));
    }
    // All are looked at before the first is taken: a refused time step has not been.
    for (int i = 0; i < width; i++) {
      if (!Float.isFinite(value(reading, i)) && !((masks || fills) && Double.isNaN(reading[i]))) {
        throw refusal(reading, i);
      }
    }
    for (int i = 0; i < width; i++) {
      boolean missing = Double.isNaN(reading[i]);
      if (!missing) {
        to[i] = value(reading, i);
      }
      if (masks) {
        to[width + i] = missing ? 0 : 1;
      }
    }
  }

  private float value(double[] reading, int i) {
    float value = (float) reading[i];
    return means.length == 0 ? value : (float) ((value - means[i]) / deviations[i]);
  }

  private ReadingException refusal(double[] reading, int i) {
    String name = features.isEmpty() ? String.valueOf(i) : features.get(i);
    return new ReadingException(
        Double.isNaN(reading[i])
            ? "Cannot read a time step: expected a number in %s, found none; this model has no masks for what is missing"
                .formatted(name)
            : "Cannot read a time step: expected a number in the range of a float in %s, found %s"
                .formatted(name, reading[i]));
  }
}
