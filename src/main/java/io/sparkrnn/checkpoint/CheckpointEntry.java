package io.sparkrnn.checkpoint;

import java.net.URI;

/**
 * A checkpoint as listed, not yet read.
 *
 * @param location its file
 * @param round the rounds that were complete
 * @param length in bytes
 */
public record CheckpointEntry(URI location, long round, long length) {}
