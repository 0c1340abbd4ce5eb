/**
 * Forward and backward passes of recurrent networks over plain {@code float[]}.
 *
 * <p>Invariants: activations lie hidden-major, {@code [timeStep][unit][sample]}, the sample axis
 * padded to whole vectors; every output element is one chain of fused multiply-adds in one defined
 * order, so the result depends neither on the implementation nor on its tiles, vector width or
 * number of threads. {@link io.sparkrnn.kernel.PortableRnnKernels} is the definition of that
 * arithmetic. Knows nothing of Spark, DL4J or Hadoop.
 */
package io.sparkrnn.kernel;
