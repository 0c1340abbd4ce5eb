package io.sparkrnn.run;

/** An earlier try of the same has failed in a way that another try cannot mend. */
public final class PermanentFailureException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int exitCode;

  public PermanentFailureException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  /** The earlier try's. */
  int exitCode() {
    return exitCode;
  }
}
