package io.sparkrnn.run;

/** The cluster cannot run the training now; it can go on later. */
final class UnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  UnavailableException(String message, RuntimeException cause) {
    super(message, cause);
  }
}
