package io.sparkrnn.run;

/** The run ended early because a signal asked it to. */
public final class StoppedBySignalException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int signal;

  StoppedBySignalException(int signal, RuntimeException cause) {
    super(cause.getMessage(), cause);
    this.signal = signal;
  }

  int signal() {
    return signal;
  }
}
