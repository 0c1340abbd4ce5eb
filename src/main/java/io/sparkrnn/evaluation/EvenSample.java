package io.sparkrnn.evaluation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * At most {@value #MOST} predictions of any number, spread evenly over samples, time steps and
 * targets. It depends on which there are, not on how they were shared out among blocks.
 *
 * <p>Every k-th one would, of hourly readings, be of the same hours each day. Multiples of
 * irrational numbers, taken without their whole part, lie evenly between 0 and 1 with no period; a
 * prediction is kept where its own lies below a limit, which is halved when there are too many.
 */
final class EvenSample implements Serializable {
  private static final long serialVersionUID = 1;

  /** Enough for a plot; results have them all. */
  static final int MOST = 2000;

  // What stands behind the point of the golden ratio and the roots of 2 and 3, in 32 bits.
  private static final int OF_SAMPLES = 0x9E3779B1;
  private static final int OF_STEPS = 0x6A09E667;
  private static final int OF_TARGETS = 0xBB67AE85;

  private final List<Deviation> kept = new ArrayList<>();
  private long limit = 1L << Integer.SIZE;

  void add(Deviation prediction) {
    if (isKept(prediction)) {
      kept.add(prediction);
      thin();
    }
  }

  void merge(EvenSample other) {
    if (other.limit < limit) {
      limit = other.limit;
      kept.removeIf(prediction -> !isKept(prediction));
    }
    other.kept.stream().filter(this::isKept).forEach(kept::add);
    thin();
  }

  private boolean isKept(Deviation prediction) {
    int place =
        prediction.sample() * OF_SAMPLES
            + prediction.step() * OF_STEPS
            + prediction.target() * OF_TARGETS;
    return Integer.toUnsignedLong(place) < limit;
  }

  private void thin() {
    while (kept.size() > MOST && limit > 1) {
      limit /= 2;
      kept.removeIf(prediction -> !isKept(prediction));
    }
  }

  /** In the order of samples, their time steps and targets. */
  List<Deviation> predictions() {
    return kept.stream().sorted(Deviation.BY_PLACE).toList();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof EvenSample sample && limit == sample.limit && kept.equals(sample.kept);
  }

  @Override
  public int hashCode() {
    return kept.hashCode();
  }
}
