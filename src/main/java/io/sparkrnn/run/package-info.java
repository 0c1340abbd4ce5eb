/**
 * A training from its data to what is left in the run directory: setup, what must be the same to
 * resume, rounds with validation and early stopping, checkpoints, results, and those that watch.
 */
package io.sparkrnn.run;
