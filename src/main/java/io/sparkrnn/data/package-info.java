/**
 * From files to minibatches: the strict IDX reader, immutable datasets of sequences, the validation
 * split, the workers' shards and the order of their samples.
 *
 * <p>Invariants: data with any defect is refused with its place, never repaired unasked: only
 * missing values are filled, as {@link io.sparkrnn.data.Missing} says; everything drawn at random
 * is a pure function of the run's seed; a dataset's {@code sha256} covers all of it.
 */
package io.sparkrnn.data;
