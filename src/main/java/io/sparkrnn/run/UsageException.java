package io.sparkrnn.run;

/** A command that cannot be carried out as it was given. */
public final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }
}
