package io.sparkrnn.kernel;

/** This JVM or CPU cannot run what was asked for. */
public final class KernelUnavailableException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  KernelUnavailableException(String message) {
    super(message);
  }
}
