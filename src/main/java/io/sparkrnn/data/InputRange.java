package io.sparkrnn.data;

import java.io.Serializable;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What values a network was trained on or is given.
 *
 * @param values how many there are
 */
public record InputRange(double lowest, double highest, double mean, long values)
    implements Serializable {
  /** Of no values. */
  public static final InputRange EMPTY =
      new InputRange(Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, 0);

  private static final String LOWEST = "inputs.lowest";
  private static final String HIGHEST = "inputs.highest";
  private static final String MEAN = "inputs.mean";
  private static final String VALUES = "inputs.values";

  /** No other data of the same kind differ by as much; pixels from 0 to 255 do from 0 to 1. */
  private static final double OTHER_SCALE = 50;

  /** By how much of the range a mean and its mirror image differ where they can be told apart. */
  private static final double LEAST_SKEW = 0.2;

  /** Of finite values. */
  public static InputRange of(float[] values) {
    return of(new FloatValues(values));
  }

  static InputRange of(SequenceValues values) {
    if (values.length() == 0) {
      return EMPTY;
    }
    float lowest = Float.POSITIVE_INFINITY;
    float highest = Float.NEGATIVE_INFINITY;
    double sum = 0;
    for (int index = 0; index < values.length(); index++) {
      float value = values.scaled(index);
      lowest = Math.min(lowest, value);
      highest = Math.max(highest, value);
      sum += value;
    }
    return new InputRange(lowest, highest, sum / values.length(), values.length());
  }

  /** Of these values and the other ones. */
  public InputRange and(InputRange other) {
    long both = values + other.values;
    return new InputRange(
        Math.min(lowest, other.lowest),
        Math.max(highest, other.highest),
        both == 0 ? 0 : (mean * values + other.mean * other.values) / both,
        both);
  }

  /** As lines of a model's provenance. */
  public Map<String, String> lines() {
    return Map.of(
        LOWEST, String.valueOf(lowest),
        HIGHEST, String.valueOf(highest),
        MEAN, String.valueOf(mean),
        VALUES, String.valueOf(values));
  }

  /** What {@link #lines} says; empty for a model that does not say it, such as an older one. */
  public static Optional<InputRange> read(Map<String, String> provenance) {
    try {
      return provenance.containsKey(VALUES)
          ? Optional.of(
              new InputRange(
                  Double.parseDouble(provenance.get(LOWEST)),
                  Double.parseDouble(provenance.get(HIGHEST)),
                  Double.parseDouble(provenance.get(MEAN)),
                  Long.parseLong(provenance.get(VALUES))))
          : Optional.empty();
    } catch (NullPointerException | NumberFormatException e) {
      return Optional.empty();
    }
  }

  /**
   * A warning where a network that was trained on these values is given others that can hardly be
   * of the same kind: their largest magnitude is less than a fiftieth or more than fifty times of
   * this one, or their mean is outside of this range, or it is about where the mean of inverted
   * values would be, three times as near to that as to this mean.
   */
  public Optional<String> warning(InputRange given) {
    if (given.values == 0 || !differsFrom(given)) {
      return Optional.empty();
    }
    return Optional.of(
        "the inputs are on another scale than the model was trained on, or inverted: expected %s, found %s"
            .formatted(this, given));
  }

  private boolean differsFrom(InputRange given) {
    double mirrored = lowest + highest - mean;
    boolean inverted =
        Math.abs(mirrored - mean) > LEAST_SKEW * (highest - lowest)
            && 3 * Math.abs(given.mean - mirrored) < Math.abs(given.mean - mean);
    return inverted
        || given.mean < lowest
        || given.mean > highest
        || OTHER_SCALE * given.magnitude() < magnitude()
        || given.magnitude() > OTHER_SCALE * magnitude();
  }

  private double magnitude() {
    return Math.max(Math.abs(lowest), Math.abs(highest));
  }

  /** For people. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT, "values from %.4g to %.4g with a mean of %.4g", lowest, highest, mean);
  }
}
