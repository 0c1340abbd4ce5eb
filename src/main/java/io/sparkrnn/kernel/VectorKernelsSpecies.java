package io.sparkrnn.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The width of vectors: what the CPU prefers, at most 512 bits, unless the property {@code
 * spark-rnn.vector.bits} says.
 */
final class VectorKernelsSpecies {
  static final String PROPERTY = "spark-rnn.vector.bits";

  static final VectorSpecies<Float> SPECIES = choose(Integer.getInteger(PROPERTY, 0));

  private VectorKernelsSpecies() {}

  private static VectorSpecies<Float> choose(int bits) {
    return switch (bits == 0
        ? Math.min(Math.max(FloatVector.SPECIES_PREFERRED.vectorBitSize(), 128), 512)
        : bits) {
      case 128 -> FloatVector.SPECIES_128;
      case 256 -> FloatVector.SPECIES_256;
      case 512 -> FloatVector.SPECIES_512;
      default ->
          throw new IllegalArgumentException(
              "expected vectors of 128, 256 or 512 bits in %s, found %d".formatted(PROPERTY, bits));
    };
  }
}
