package io.sparkrnn.kernel;

/** This JVM or CPU cannot run what was asked for, or has no room for it. */
public final class KernelUnavailableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  KernelUnavailableException(String message) {
    super(message);
  }
}
