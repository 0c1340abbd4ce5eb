package io.sparkrnn.storage;

/** A whole, undamaged file that a newer version of this program wrote. */
public final class NewerFormatException extends FormatException {
  private static final long serialVersionUID = 1L;

  public NewerFormatException(String message) {
    super(message);
  }
}
