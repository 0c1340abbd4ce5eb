/**
 * Networks as data, and their forward and backward passes over plain {@code float[]}.
 *
 * <p>Invariants: weights, states, deltas and gradients lie in one array, weights in panels of 12
 * rows, the others in rows of 16 or 32 lanes; every output element is one chain of fused
 * multiply-adds in one defined order, or a fixed tree of such chains over groups of 32 samples, so
 * the result depends neither on the implementation nor on its tiles, vector width or number of
 * threads. {@link io.sparkrnn.kernel.PortableOps} is the definition of that arithmetic. Knows
 * nothing of Spark, DL4J or Hadoop.
 */
package io.sparkrnn.kernel;
