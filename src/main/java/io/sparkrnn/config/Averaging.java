package io.sparkrnn.config;

import java.util.Locale;

/** What a round averages over the workers. */
public enum Averaging {
  /**
   * Parameters up to a number of workers, gradients beyond it: {@link RunConfiguration#averaging}.
   */
  AUTO,
  /** The parameters and updater states of replicas that have gone several iterations each. */
  PARAMETERS,
  /** The gradients of one minibatch each; one step of the updater follows. */
  GRADIENTS;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
