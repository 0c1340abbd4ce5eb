package io.sparkrnn.checkpoint;

/** Another attempt owns the run directory; trying again later may work. */
public final class RunBusyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RunBusyException(String message) {
    super(message);
  }

  RunBusyException(String message, Throwable cause) {
    super(message, cause);
  }
}
