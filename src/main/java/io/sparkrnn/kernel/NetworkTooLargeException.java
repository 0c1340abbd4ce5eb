package io.sparkrnn.kernel;

/** A network that this JVM has no room to compute. */
public final class NetworkTooLargeException extends RuntimeException {
  NetworkTooLargeException(String where, long most, long found) {
    super(
        "Cannot compute the network: expected at most %,d bytes %s, found %,d for weights, states and gradients"
            .formatted(most, where, found));
  }
}
