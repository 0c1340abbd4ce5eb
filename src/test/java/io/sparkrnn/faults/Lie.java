package io.sparkrnn.faults;

/** What a broken file system claims to have done: planted so that tests can show they notice. */
public enum Lie {
  /** Files and directories are not forced to disk. */
  FORCES_DO_NOTHING,
  /** Moving {@code attempts/<n>} to {@code attempts/<n>.fenced} leaves it where it is. */
  FENCING_DOES_NOTHING
}
