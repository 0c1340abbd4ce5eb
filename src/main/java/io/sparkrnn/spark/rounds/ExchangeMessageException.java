package io.sparkrnn.spark.rounds;

/** Bytes that are no message of this version's exchange of rounds. */
final class ExchangeMessageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ExchangeMessageException(String message) {
    super(message);
  }
}
