package io.sparkrnn.spark.rounds;

import io.sparkrnn.run.UnavailableException;

/** An executor could not talk to the driver's exchange of rounds. */
public final class ExchangeUnreachableException extends UnavailableException {
  private static final long serialVersionUID = 1L;

  ExchangeUnreachableException(String host, int port, String found) {
    super(
        "Cannot reach the driver's exchange of rounds: expected an answer at %s:%d, found: %s"
            .formatted(host, port, found),
        null);
  }
}
