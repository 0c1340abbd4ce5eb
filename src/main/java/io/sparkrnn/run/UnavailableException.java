package io.sparkrnn.run;

/** What a run needs beside storage is not there, such as its cluster; it may go on later. */
public class UnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Whether another try would fail in the same way, until somebody changes something. */
  public boolean isPermanent() {
    return false;
  }
}
