package io.sparkrnn.checkpoint;

import java.net.URI;

/**
 * A run directory that nobody owns, as far as its heartbeats tell; what {@link
 * CheckpointStore#awaitVacancy} has found. It can be claimed once: whoever claims first has it.
 *
 * @param runDirectory where
 * @param attempt the number of the latest attempt, 0 before the first
 * @param nextTry whether the cluster has started this process again, after that attempt
 * @param ownership who may claim it
 */
public record Vacancy(URI runDirectory, int attempt, boolean nextTry, Ownership ownership) {}
