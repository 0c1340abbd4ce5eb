package io.sparkrnn.checkpoint;

import java.net.URI;

/**
 * A run directory that nobody owns, as far as its heartbeats tell; what {@link
 * CheckpointStore#awaitVacancy} has found. It can be claimed once: whoever claims first has it.
 *
 * @param runDirectory where
 * @param attempt the number of the latest attempt, 0 before the first
 * @param reason how that is known
 * @param ownership who may claim it
 */
public record Vacancy(URI runDirectory, int attempt, Reason reason, Ownership ownership) {

  /** Why nobody owns a run directory. */
  public enum Reason {
    /**
     * There was no driver yet, or the last one, not another try of this process, has said that it
     * ended.
     */
    GIVEN_UP,
    /**
     * The cluster has started this process because the last one, another try of it, has ended,
     * whether that has said so or not.
     */
    NEXT_TRY,
    /** The last driver's heartbeat stands still; it may have left something undone. */
    SILENCE
  }
}
