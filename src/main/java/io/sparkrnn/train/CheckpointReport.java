package io.sparkrnn.train;

import java.net.URI;

/**
 * One checkpoint, as listeners see it.
 *
 * @param state what it holds
 * @param bytes of its file
 * @param seconds from its encoding to its commit, tries that failed included
 */
public record CheckpointReport(URI location, TrainingState state, long bytes, double seconds) {}
