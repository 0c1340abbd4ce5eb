package io.sparkrnn.faults;

/**
 * Stands for the end of the process: no code below may handle it, and whatever its generation does
 * next on the watched directory ends with it, too.
 */
public final class SimulatedHalt extends Error {
  private static final long serialVersionUID = 1L;

  SimulatedHalt(String message) {
    super(message);
  }
}
