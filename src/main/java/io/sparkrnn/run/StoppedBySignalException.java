package io.sparkrnn.run;

/** The run ended early because a signal asked it to. */
public final class StoppedBySignalException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private final int signal;
  private final boolean resumable;

  StoppedBySignalException(int signal, RuntimeException cause) {
    this(signal, cause, true);
  }

  StoppedBySignalException(int signal, RuntimeException cause, boolean resumable) {
    super(cause.getMessage(), cause);
    this.signal = signal;
    this.resumable = resumable;
  }

  /** Whether it has left something to go on from. */
  public boolean isResumable() {
    return resumable;
  }

  int signal() {
    return signal;
  }
}
