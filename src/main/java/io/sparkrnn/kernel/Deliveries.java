package io.sparkrnn.kernel;

/**
 * What goes from a layer to its readers, and back: at a time step of the reader's, which may go the
 * other way, so that each lane has a time step of its own; less what dropout takes.
 */
final class Deliveries {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final Ops ops;
  private final Groups groups;
  private final boolean drops;

  // Of each group and lane; of a lane, what its draws depend on, its time step, and where that is.
  private final long[][] sampleKeys;
  private final int[] keys = new int[Groups.GROUP];
  private final int[] steps = new int[Groups.GROUP];
  private final int[] places = new int[Groups.GROUP];

  /** Which time steps of a layer a reader wants, one after another. */
  enum Steps {
    /** As they are. */
    FORWARD,
    /** Counted from each sample's end. */
    BACKWARD,
    /** The one that each direction came to last. */
    LAST
  }

  /**
   * Deliveries.
   *
   * @param training whether values are dropped
   */
  Deliveries(Network network, Ops ops, Groups groups, boolean training) {
    this.ops = ops;
    this.groups = groups;
    drops = training && network.layers().stream().anyMatch(layer -> layer.dropout() > 0);
    sampleKeys = drops ? new long[groups.most()][Groups.GROUP] : null;
  }

  /** Begins with the groups that there are. */
  void begin(MinibatchSource source) {
    for (int g = 0; drops && g < groups.used(); g++) {
      for (int lane = 0; lane < groups.count(g); lane++) {
        sampleKeys[g][lane] = source.dropoutKey(groups.sample(g, lane));
      }
    }
  }

  /** Writes the outputs of a layer's directions to rows, {@code [units of all][width]}. */
  void give(float[] m, LayerPass[] layer, Steps wanted, int group, int t, int to) {
    int width = groups.width(group);
    int at = to;
    for (LayerPass from : layer) {
      int lanes = set(from, wanted, group, t);
      int length = from.units() * width;
      if (alike(lanes)) {
        System.arraycopy(m, from.state(group, steps[0]), m, at, length);
      } else {
        for (int lane = 0; lane < lanes; lane++) {
          places[lane] = from.state(group, steps[lane]) + lane;
        }
        for (int row = 0; row < length; row += width) {
          for (int lane = 0; lane < lanes; lane++) {
            m[at + row + lane] = m[places[lane] + row];
          }
        }
      }
      drop(m, lanes, from, group, at);
      at += length;
    }
  }

  /** Adds rows to what a layer's directions get back for their outputs; the rows are changed. */
  void takeBack(float[] m, LayerPass[] layer, Steps wanted, int group, int t, int from) {
    int width = groups.width(group);
    int at = from;
    for (LayerPass to : layer) {
      int lanes = set(to, wanted, group, t);
      int length = to.units() * width;
      drop(m, lanes, to, group, at);
      // Lanes that have ended here may not have there.
      if (wanted == to.steps() || alike(lanes) && lanes == groups.count(group)) {
        ops.add(m, to.delta(group, steps[0]), at, length);
      } else {
        for (int lane = 0; lane < lanes; lane++) {
          places[lane] = to.delta(group, steps[lane]) + lane;
        }
        for (int row = 0; row < length; row += width) {
          for (int lane = 0; lane < lanes; lane++) {
            m[places[lane] + row] += m[at + row + lane];
          }
        }
      }
      at += length;
    }
  }

  /** Applies dropout to rows that lie where a layer of the same direction gets them back. */
  void drop(float[] m, LayerPass of, int group, int t, int at) {
    drop(m, set(of, of.steps(), group, t), of, group, at);
  }

  private void drop(float[] m, int lanes, LayerPass of, int group, int at) {
    double dropout = of.dropout();
    if (!drops || dropout == 0) {
      return;
    }
    for (int lane = 0; lane < lanes; lane++) {
      int own = steps[lane];
      int t = of.steps() == Steps.BACKWARD ? groups.reversed(group, lane, own) : own;
      keys[lane] = of.dropoutKey(sampleKeys[group][lane], t);
    }
    int threshold = (int) Math.rint(dropout * (1 << 24));
    float scale = (float) (1 / (1 - dropout));
    ops.drop(m, at, of.units(), groups.width(group), keys, threshold, scale);
  }

  /** What the draws of a layer's units at a sample's own time step depend on. */
  static int key(long sampleKey, int layer, int way, int t) {
    return (int) (mix(mix(sampleKey + MIX * (2L * layer + way + 1)) + MIX * t) >>> 32);
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood 2014). */
  private static long mix(long x) {
    long z = (x ^ x >>> 30) * 0xBF58476D1CE4E5B9L;
    z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
    return z ^ z >>> 31;
  }

  /** Sets each lane's time step in the order of a layer; returns how many lanes have one. */
  private int set(LayerPass layer, Steps wanted, int group, int t) {
    int lanes = wanted == Steps.LAST ? groups.count(group) : groups.alive(group, t);
    for (int lane = 0; lane < lanes; lane++) {
      if (wanted == Steps.LAST) {
        steps[lane] = groups.length(group, lane) - 1;
      } else {
        steps[lane] = wanted == layer.steps() ? t : groups.reversed(group, lane, t);
      }
    }
    return lanes;
  }

  private boolean alike(int lanes) {
    // Lengths fall from lane to lane.
    return steps[0] == steps[lanes - 1];
  }
}
