package io.sparkrnn.config;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;

/**
 * The updater.
 *
 * @param name which one
 * @param learningRate at the peak of the schedule
 * @param momentum of Nesterovs
 * @param beta1 decay of Adam's first moment
 * @param beta2 decay of Adam's second moment
 * @param epsilon of Adam's denominator
 */
public record UpdaterConfiguration(
    UpdaterName name,
    double learningRate,
    double momentum,
    double beta1,
    double beta2,
    double epsilon)
    implements Serializable {
  public UpdaterConfiguration {
    requireNonNull(name, "name");
  }
}
