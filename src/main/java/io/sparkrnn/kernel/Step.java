package io.sparkrnn.kernel;

/** Places of one time step of a group in the arena, as a {@link Cell} sees them. Set, not made. */
final class Step {
  /** Values of one gate, or of the state. */
  int length;

  /** Of the pre-activations, then of the activations. */
  int gates;

  /** From one gate to the next within a part. */
  int stride;

  /** Where each gate's part begins, less its first gate's distance. */
  int[] offsets;

  /** The state, and the one before; zeros before the first. */
  int h;

  int before;

  /** The memory, and the one before; zeros before the first. */
  int memory;

  int memoryBefore;
  int kept;

  /** Of the deltas, laid out as the gates. */
  int deltas;

  /** What comes from the next time step, and goes to the one before: of the state. */
  int carry;

  /** Likewise of the memory. */
  int memoryCarry;

  int gate(int gate) {
    return gates + offsets[gate] * stride;
  }

  int delta(int gate) {
    return deltas + offsets[gate] * stride;
  }
}
