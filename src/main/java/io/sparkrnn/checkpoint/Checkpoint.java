package io.sparkrnn.checkpoint;

import java.net.URI;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A checkpoint that was read and verified.
 *
 * @param location its file
 * @param runId the run that wrote it
 * @param round the rounds that were complete
 * @param score of its parameters on held-out samples, if they were evaluated
 * @param sections named bytes in the order in which they were saved; not copied
 */
public record Checkpoint(
    URI location, String runId, long round, OptionalDouble score, Map<String, byte[]> sections) {}
