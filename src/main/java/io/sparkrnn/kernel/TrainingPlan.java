package io.sparkrnn.kernel;

import io.sparkrnn.kernel.RecurrentPass.Keep;

/** Where all that a {@link TrainingPass} needs lies in an arena. */
final class TrainingPlan {
  /**
   * Weights that, packed, leave room for states in the second cache. Above it groups go side by
   * side, so that each weight that is read serves all of them.
   */
  private static final int SMALL_WEIGHTS_BYTES = 1 << 20;

  private static final int MOST_SIDE_BY_SIDE = 4;

  final Arena arena = new Arena();
  final PackedWeights weights;
  final RecurrentPass[] passes;

  /** Of each part, where its sums are, one behind another. */
  final int[] slots;

  final long slotLength;

  /** Of each group, where the deltas of its embedded ids are, one behind another. */
  final int embeddedDeltas;

  final int embeddedOfSample;

  /** Whether passes share groups: each slot has the sum of one. */
  final boolean shares;

  TrainingPlan(Network network, Ops ops, int maxSamples, int parts, int sideBySide) {
    int groups = Groups.of(maxSamples);
    weights = PackedWeights.both(network, arena);
    passes = new RecurrentPass[Math.min(parts, groups)];
    slots = new int[passes.length];
    long length = 0;
    for (int part = 0; part < passes.length; part++) {
      passes[part] =
          new RecurrentPass(network, ops, weights, arena, sideBySide, Keep.FOR_BACKWARD);
      length = passes[part].gradientLength();
      slots[part] = arena.reserve(length * sums(groups, passes.length));
    }
    slotLength = length;
    embeddedOfSample = network.timeSteps() * network.input().embedded();
    embeddedDeltas = arena.reserve((long) embeddedOfSample * Groups.GROUP * groups);
    shares = false;
  }

  /** One whose passes share groups. */
  TrainingPlan(Network network, Ops ops, int maxSamples, int parts) {
    int groups = Groups.of(maxSamples);
    int pieces = pieces(maxSamples);
    weights = PackedWeights.both(network, arena);
    passes = new RecurrentPass[Math.min(parts, pieces)];
    int most = (pieces + passes.length - 1) / passes.length;
    for (int part = 0; part < passes.length; part++) {
      passes[part] =
          new RecurrentPass(network, ops, weights, arena, most, Keep.FOR_SHARED_GRADIENT);
    }
    slotLength = passes[0].gradientLength();
    slots = new int[groups];
    for (int group = 0; group < groups; group++) {
      slots[group] = arena.reserve(slotLength);
    }
    embeddedOfSample = network.timeSteps() * network.input().embedded();
    embeddedDeltas = arena.reserve((long) embeddedOfSample * Groups.GROUP * groups);
    shares = true;
  }

  /** Sums that a part keeps at a time: one for each level of its tree, and the leaf. */
  private static int sums(int groups, int parts) {
    return 1 + Integer.SIZE - Integer.numberOfLeadingZeros(largestShare(groups, parts) - 1);
  }

  private static int largestShare(int groups, int parts) {
    if (parts == 1) {
      return groups;
    }
    return Math.max(
        largestShare(groups / 2, parts / 2),
        largestShare(groups - groups / 2, parts - parts / 2));
  }

  int slot(int part, int slot) {
    return slots[part] + slot * (int) slotLength;
  }

  /** Of the sample in a place of the order. */
  int embeddedDeltas(int place) {
    return embeddedDeltas + place * embeddedOfSample;
  }

  /** Lanes that one thread may have for itself. */
  static int pieces(int samples) {
    return (samples + Ops.LANES - 1) / Ops.LANES;
  }

  /**
   * As many groups side by side, or shared, as there is room for: others are slower, but have the
   * same bits. Plain Java is not faster on fewer lanes.
   */
  static TrainingPlan withRoom(Network network, Ops ops, int maxSamples, int parts) {
    if (parts > Groups.of(maxSamples) && maxSamples > Ops.LANES && ops.leastSideBySide() == 1) {
      TrainingPlan shared = new TrainingPlan(network, ops, maxSamples, parts);
      if (shared.arena.fits()) {
        return shared;
      }
    }
    int most = sideBySide(network, ops.leastSideBySide(), maxSamples, parts);
    TrainingPlan plan = new TrainingPlan(network, ops, maxSamples, parts, most);
    while (most > 1 && !plan.arena.fits()) {
      most--;
      plan = new TrainingPlan(network, ops, maxSamples, parts, most);
    }
    return plan;
  }

  private static int sideBySide(Network network, int least, int maxSamples, int parts) {
    long bytes = 2L * Float.BYTES * network.parameterCount();
    int ofPart = (Groups.of(maxSamples) + parts - 1) / parts;
    return Math.min(ofPart, bytes <= SMALL_WEIGHTS_BYTES ? least : MOST_SIDE_BY_SIDE);
  }
}
