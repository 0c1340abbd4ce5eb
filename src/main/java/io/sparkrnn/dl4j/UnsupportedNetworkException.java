package io.sparkrnn.dl4j;

/** A DL4J network has something that our engine would train wrongly; the message names it. */
public final class UnsupportedNetworkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnsupportedNetworkException(String where, String expected, String found) {
    super(
        "Cannot train a DL4J network with this engine: expected %s, found %s in %s"
            .formatted(expected, found, where));
  }
}
