package io.sparkrnn.dl4j;

/** A DL4J network has something that our engine would do otherwise; the message names it. */
public final class UnsupportedNetworkException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String difference;

  UnsupportedNetworkException(String where, String expected, String found) {
    this("expected %s, found %s in %s".formatted(expected, found, where));
  }

  private UnsupportedNetworkException(String difference) {
    super("Cannot train a DL4J network with this engine: " + difference);
    this.difference = difference;
  }

  /** What was expected and found, for who wants to do something else than to train. */
  public String difference() {
    return difference;
  }
}
