/**
 * Checkpoints and results of a training run in its run directory: numbered, checksummed, and
 * committed by one atomic step out of a directory that belongs to one attempt.
 *
 * <p>Invariants: a driver publishes only by renaming out of its own {@code attempts/<n>}; a
 * successor renames that directory away before it lists checkpoints, so whatever its predecessor
 * still tries has no source and changes nothing. The listing is the truth; {@code result.json} is a
 * hint. A damaged checkpoint is set aside, never deleted.
 */
package io.sparkrnn.checkpoint;
