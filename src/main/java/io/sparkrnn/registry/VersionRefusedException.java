package io.sparkrnn.registry;

/** What was asked of a version cannot be done, as by the newest entry; nothing was changed. */
public final class VersionRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  VersionRefusedException(String message) {
    super(message);
  }
}
