package io.sparkrnn.kernel;

/**
 * What goes from a layer to its readers, and back: at a time step of the reader's, which may go the
 * other way, so that each lane has a time step of its own; less what dropout takes.
 */
final class Deliveries {
  private static final long MIX = 0x9E3779B97F4A7C15L;

  private final Network network;
  private final Ops ops;
  private final Groups groups;
  private final boolean drops;

  // Of each group and lane; of a lane, what its draws depend on, its time step, and where that is.
  private final long[][] sampleKeys;
  private final int[] keys = new int[Groups.GROUP];
  private final int[] steps = new int[Groups.GROUP];
  private final int[] places = new int[Groups.GROUP];

  /** Which of its time steps a layer gives. */
  enum Which {
    /** The reader's own. */
    NATURAL,
    /** The reader's, counted from each sample's end. */
    FROM_END,
    /** The one that it came to last. */
    LAST
  }

  /**
   * Deliveries.
   *
   * @param training whether values are dropped
   */
  Deliveries(Network network, Ops ops, Groups groups, boolean training) {
    this.network = network;
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

  /** Writes a layer's outputs of one direction to rows, {@code [units][width]}. */
  void give(float[] m, int layer, int way, LayerPass from, Which which, int group, int t, int to) {
    int width = groups.width(group);
    int lanes = set(which, group, t);
    int rows = from.units();
    if (alike(lanes)) {
      System.arraycopy(m, from.state(group, steps[0]), m, to, rows * width);
    } else {
      for (int lane = 0; lane < lanes; lane++) {
        places[lane] = from.state(group, steps[lane]) + lane;
      }
      for (int row = 0; row < rows * width; row += width) {
        for (int lane = 0; lane < lanes; lane++) {
          m[to + row + lane] = m[places[lane] + row];
        }
      }
    }
    drop(m, layer, way, from.reversed(), group, lanes, to, rows);
  }

  /** Adds rows to what a layer gets back for its outputs; the rows are changed. */
  void takeBack(
      float[] m, int layer, int way, LayerPass to, Which which, int group, int t, int from) {
    int width = groups.width(group);
    int lanes = set(which, group, t);
    int rows = to.units();
    drop(m, layer, way, to.reversed(), group, lanes, from, rows);
    // Lanes that have ended here may not have there.
    if (which == Which.NATURAL || alike(lanes) && lanes == groups.count(group)) {
      ops.add(m, to.delta(group, steps[0]), from, rows * width);
      return;
    }
    for (int lane = 0; lane < lanes; lane++) {
      places[lane] = to.delta(group, steps[lane]) + lane;
    }
    for (int row = 0; row < rows * width; row += width) {
      for (int lane = 0; lane < lanes; lane++) {
        m[places[lane] + row] += m[from + row + lane];
      }
    }
  }

  /** Applies dropout to rows that lie where a layer of the same direction gets them back. */
  void drop(float[] m, int layer, int way, LayerPass of, int group, int t, int at) {
    int lanes = set(Which.NATURAL, group, t);
    drop(m, layer, way, of.reversed(), group, lanes, at, of.units());
  }

  private void drop(
      float[] m, int layer, int way, boolean reversed, int group, int lanes, int at, int rows) {
    double dropout = network.layers().get(layer).dropout();
    if (!drops || dropout == 0) {
      return;
    }
    for (int lane = 0; lane < lanes; lane++) {
      int own = steps[lane];
      int t = reversed ? groups.reversed(group, lane, own) : own;
      keys[lane] = key(sampleKeys[group][lane], layer, way, t);
    }
    int threshold = (int) Math.rint(dropout * (1 << 24));
    float scale = (float) (1 / (1 - dropout));
    ops.drop(m, at, rows, groups.width(group), keys, threshold, scale);
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

  /** Sets each lane's time step; returns how many lanes have one. */
  private int set(Which which, int group, int t) {
    int lanes = which == Which.LAST ? groups.count(group) : groups.alive(group, t);
    for (int lane = 0; lane < lanes; lane++) {
      steps[lane] =
          switch (which) {
            case NATURAL -> t;
            case FROM_END -> groups.reversed(group, lane, t);
            case LAST -> groups.length(group, lane) - 1;
          };
    }
    return lanes;
  }

  private boolean alike(int lanes) {
    // Lengths fall from lane to lane.
    return steps[0] == steps[lanes - 1];
  }
}
