package io.sparkrnn.data;

/** Data that cannot be used; the message says where, what was expected and what was found. */
public final class DataException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  public DataException(String message) {
    super(message);
  }

  public DataException(String message, Throwable cause) {
    super(message, cause);
  }
}
