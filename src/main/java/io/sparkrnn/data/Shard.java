package io.sparkrnn.data;

import java.io.Serializable;

/**
 * The samples of one worker, fixed for the run.
 *
 * @param worker counts from 0
 */
public record Shard(int worker, SequenceDataset samples) implements Serializable {}
