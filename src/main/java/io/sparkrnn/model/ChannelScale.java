package io.sparkrnn.model;

import java.io.Serializable;
import java.util.List;

/**
 * What brings the numbers of each channel to mean 0 and deviation 1.
 *
 * @param means of each channel
 * @param deviations of each channel, above 0
 */
public record ChannelScale(List<Double> means, List<Double> deviations) implements Serializable {
  /** Of numbers that stay as they are. */
  public static final ChannelScale NONE = new ChannelScale(List.of(), List.of());

  public ChannelScale {
    means = List.copyOf(means);
    deviations = List.copyOf(deviations);
    require(means, deviations);
  }

  static void require(List<Double> means, List<Double> deviations) {
    if (means.size() != deviations.size()) {
      throw new IllegalArgumentException(
          "expected as many means as deviations, found %d and %d"
              .formatted(means.size(), deviations.size()));
    }
    for (int i = 0; i < means.size(); i++) {
      if (!Double.isFinite(means.get(i))
          || !(deviations.get(i) > 0 && Double.isFinite(deviations.get(i)))) {
        throw new IllegalArgumentException(
            "expected finite means and deviations above 0, found %s and %s"
                .formatted(means.get(i), deviations.get(i)));
      }
    }
  }

  /** Whether numbers stay as they are. */
  public boolean isNone() {
    return means.isEmpty();
  }

  /** A channel's number, brought to the scale; one that is missing stays so. */
  public double standardised(int channel, double value) {
    return isNone() ? value : (value - means.get(channel)) / deviations.get(channel);
  }
}
