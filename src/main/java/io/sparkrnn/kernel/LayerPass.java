package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Cell.Part;
import io.sparkrnn.kernel.Cell.Step;
import io.sparkrnn.kernel.Deliveries.Steps;
import io.sparkrnn.kernel.GradientProduct.Lanes;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.RecurrentPass.Keep;
import java.util.Arrays;
import java.util.List;

/**
 * The way of some groups through one direction of a layer and back, for every cell. Time steps are
 * this direction's own: the other one begins at each sample's end.
 *
 * <p>A group has a block of rows for each time step: what the layer reads at {@code t}, {@code
 * [inputs]}, and its state of {@code t - 1}, {@code [units]}. So the depth of a product is one run,
 * and the state of {@code t} is written where the next product reads it.
 *
 * <p>Order of the arithmetic. A pre-activation starts at its bias, or the sum of both, and adds the
 * products with the inputs, then those with the previous state, in index order. The gradient by a
 * state is what comes from above plus what comes from the next time step, which is a chain of its
 * own: what the cell hands on, then the products with the deltas there. Lanes that have no next
 * time step add zero. Tiny sums are 0: {@link Ops#addFlushed}.
 */
final class LayerPass {
  private final int layer;
  private final int way;
  private final Ops ops;
  private final Groups groups;
  private final PackedWeights.Places weights;
  private final Cell cell;
  private final Part[] parts;
  private final Steps steps;
  private final double dropout;
  private final int inputs;
  private final int units;
  private final int timeSteps;
  private final boolean keepsSteps;

  // Rows of a time step.
  private final int stateRows;
  private final int gateRows;
  private final int carryRows;
  private final int[] partRows;

  // Places in the arena: of the first group; the others follow.
  private final int blocks;
  private final int gates;
  private final int memories;
  private final int kept;
  private final int deltas;
  private final int carries;
  private final GradientProduct gradient;

  private final Step step = new Step();
  private boolean stateGiven;

  LayerPass(
      Network network,
      int layer,
      int way,
      Ops ops,
      PackedWeights packed,
      Arena arena,
      Groups groups,
      Keep keep) {
    this.layer = layer;
    this.way = way;
    this.ops = ops;
    this.groups = groups;
    Layer shape = network.layers().get(layer);
    cell = Cell.of(shape.cell());
    weights = packed.of(layer, way);
    parts = weights.parts();
    boolean reversed = way == 1 || shape.direction() == Direction.BACKWARD;
    steps = reversed ? Steps.BACKWARD : Steps.FORWARD;
    dropout = shape.dropout();
    inputs = network.inputs(layer);
    units = shape.units();
    timeSteps = network.timeSteps();
    keepsSteps = keep != Keep.OUTPUTS;

    Cell.Rows rows = Cell.Rows.of(parts, units, Ops.ROWS);
    partRows = rows.ofParts();
    step.offsets = rows.ofGates();
    gateRows = rows.count();
    carryRows = Ops.padded(units, Ops.ROWS);
    stateRows = cell.inPlace() ? gateRows : units;

    long ofRow = (long) Groups.GROUP * groups.most();
    long stepsKept = keepsSteps ? timeSteps : 1;
    blocks = arena.reserve((timeSteps + 1L) * (inputs + stateRows) * ofRow);
    gates = cell.inPlace() ? 0 : arena.reserve(stepsKept * gateRows * ofRow);
    memories = arena.reserve(cell.memories() * (stepsKept + 1) * units * ofRow);
    kept = arena.reserve(cell.kept() * stepsKept * units * ofRow);
    boolean trains = keep.trains();
    deltas = trains ? arena.reserve(stepsKept * gateRows * ofRow) : 0;
    carries = trains ? arena.reserve((1 + cell.memories()) * carryRows * ofRow) : 0;
    List<ParameterBlock> own = network.layout().blocks(layer, way);
    gradient = trains ? new GradientProduct(ops, arena, inputs, units, units, parts, own) : null;
  }

  /** The order in which it goes through its time steps. */
  Steps steps() {
    return steps;
  }

  double dropout() {
    return dropout;
  }

  /** What the draws of its units at a sample's own time step depend on. */
  int dropoutKey(long sampleKey, int t) {
    return Deliveries.key(sampleKey, layer, way, t);
  }

  int units() {
    return units;
  }

  /** What the layer reads at a time step. */
  int block(int group, int t) {
    return blocks
        + (timeSteps + 1) * (inputs + stateRows) * Groups.GROUP * group
        + t * blockLength(group);
  }

  int blockLength(int group) {
    return (inputs + stateRows) * groups.width(group);
  }

  /** From one group's block to the next one's. */
  private int blocksOfGroup() {
    return (timeSteps + 1) * (inputs + stateRows) * Groups.GROUP;
  }

  /** The state after a time step; of -1 the one before the first. */
  int state(int group, int t) {
    return block(group, t + 1) + inputs * groups.width(group);
  }

  private int gates(int group, int t) {
    return cell.inPlace() ? state(group, t) : gates + place(gateRows, group, keepsSteps ? t : 0);
  }

  /** The memory after a time step; of -1 the one before the first. */
  private int memory(int group, int t) {
    int places = keepsSteps ? timeSteps + 1 : 1;
    int at = keepsSteps ? t + 1 : 0;
    return memories + units * (places * Groups.GROUP * group + at * groups.width(group));
  }

  /** Deltas of all gates; before the layer goes back, of its outputs. */
  int delta(int group, int t) {
    return deltas + place(gateRows, group, t);
  }

  private int place(int rows, int group, int t) {
    int places = keepsSteps ? timeSteps : 1;
    return rows * (places * Groups.GROUP * group + t * groups.width(group));
  }

  private int gatesOfGroup() {
    return cell.inPlace()
        ? blocksOfGroup()
        : gateRows * (keepsSteps ? timeSteps : 1) * Groups.GROUP;
  }

  private int carry(int group) {
    return carries + (1 + cell.memories()) * carryRows * Groups.GROUP * group;
  }

  private void set(int group, int t) {
    int width = groups.width(group);
    step.length = units * width;
    step.stride = width;
    step.gates = gates(group, t);
    step.h = state(group, t);
    step.before = state(group, t - 1);
    step.memory = memory(group, t);
    step.memoryBefore = memory(group, t - 1);
    step.kept = kept + place(units, group, keepsSteps ? t : 0);
  }

  /** Begins without a state before the first time step. */
  void begin(float[] m) {
    stateGiven = false;
    for (int g = 0; g < groups.used(); g++) {
      int length = units * groups.width(g);
      Arrays.fill(m, state(g, -1), state(g, -1) + length, 0f);
      if (cell.memories() > 0) {
        Arrays.fill(m, memory(g, -1), memory(g, -1) + length, 0f);
      }
    }
  }

  /** Begins with states: of a sample, {@code from[sample * size + at]} and on. */
  void begin(float[] m, float[] from, int size, int at) {
    stateGiven = true;
    for (int g = 0; g < groups.used(); g++) {
      for (int lane = 0; lane < groups.count(g); lane++) {
        int source = groups.sample(g, lane) * size + at;
        for (int u = 0; u < units * (1 + cell.memories()); u++) {
          m[state(g, lane, -1, u)] = from[source + u];
        }
      }
    }
  }

  /** Where a value of a sample's state is: of the output, then of the memory. */
  private int state(int group, int lane, int t, int u) {
    int at = u < units ? state(group, t) : memory(group, t);
    return at + u % units * groups.width(group) + lane;
  }

  /** Takes the states that each sample came to. */
  void end(float[] m, float[] to, int size, int at) {
    for (int g = 0; g < groups.used(); g++) {
      for (int lane = 0; lane < groups.count(g); lane++) {
        int target = groups.sample(g, lane) * size + at;
        int last = groups.length(g, lane) - 1;
        for (int u = 0; u < units * (1 + cell.memories()); u++) {
          to[target + u] = m[state(g, lane, last, u)];
        }
      }
    }
  }

  /** States of all time steps, by what lies in the blocks. */
  void forward(float[] m) {
    for (int t = 0; t < groups.steps(); t++) {
      int used = groups.alive(t);
      for (int p = 0; p < parts.length; p++) {
        for (int g = 0; g < used; g++) {
          int at = gates(g, t) + partRows[p] * groups.width(g);
          ops.broadcast(m, at, groups.width(g), weights.starts()[p]);
        }
        for (int g = 0, n; g < used; g += n) {
          n = groups.alike(g, t);
          preActivations(m, p, g, n, t);
        }
      }
      for (int g = 0; g < used; g++) {
        set(g, t);
        cell.forward(ops, m, step);
      }
    }
  }

  private void preActivations(float[] m, int p, int group, int count, int t) {
    // There is no state before the first, unless one is given.
    int ofState = parts[p].state() ? units : 0;
    int ofInputs = parts[p].inputs() ? inputs : 0;
    int depth = ofInputs + (t > 0 || stateGiven ? ofState : 0);
    int width = groups.width(group);
    ops.multiplyAddInPasses(
        m,
        gates(group, t) + partRows[p] * width,
        gatesOfGroup(),
        width,
        groups.lanes(group, t),
        count,
        Ops.padded(parts[p].gates() * units, Ops.ROWS),
        depth,
        weights.forward()[p],
        ofInputs + ofState,
        block(group, t) + (inputs - ofInputs) * width,
        blocksOfGroup());
  }

  /** Sets what comes from above to zero, for all time steps. */
  void clearDeltas(float[] m) {
    for (int g = 0; g < groups.used(); g++) {
      int length = carryRows * groups.width(g);
      for (int t = 0; t < groups.steps(g); t++) {
        Arrays.fill(m, delta(g, t), delta(g, t) + length, 0f);
      }
    }
  }

  /** The deltas of all gates and time steps. */
  void backward(float[] m) {
    for (int t = groups.steps() - 1; t >= 0; t--) {
      int used = groups.alive(t);
      int after = groups.alive(t + 1);
      for (int g = 0, n; g < after; g += n) {
        n = groups.alike(g, t + 1);
        carryBack(m, g, n, t + 1);
      }
      for (int g = 0; g < used; g++) {
        endLanes(m, g, groups.alive(g, t + 1));
        set(g, t);
        step.deltas = delta(g, t);
        step.carry = carry(g);
        step.memoryCarry = carry(g) + carryRows * groups.width(g);
        ops.addFlushed(m, step.deltas, step.carry, step.length);
        Arrays.fill(m, step.carry, step.carry + carryRows * groups.width(g), 0f);
        cell.backward(ops, m, step);
      }
    }
  }

  /** Adds the products with the deltas of a time step to what goes to the state before it. */
  private void carryBack(float[] m, int group, int count, int t) {
    int ofGroup = (1 + cell.memories()) * carryRows * Groups.GROUP;
    for (int p = 0; p < parts.length; p++) {
      if (parts[p].state()) {
        int to = carry(group);
        addDeltas(m, p, group, count, t, to, ofGroup, carryRows, weights.recurrent()[p]);
      }
    }
  }

  /** Nothing comes back to the lanes that have no next time step. */
  private void endLanes(float[] m, int group, int alive) {
    int width = groups.width(group);
    if (alive == groups.count(group)) {
      return;
    }
    for (int row = 0; row < (1 + cell.memories()) * carryRows; row++) {
      int at = carry(group) + row * width;
      Arrays.fill(m, at + alive, at + width, 0f);
    }
  }

  /**
   * Adds the products with the deltas of a time step to what goes to the layer below.
   *
   * @param group the first of some that are alike
   * @param c where, {@code [padded rows][width]}
   * @param rows of what is below
   */
  void inputDeltas(float[] m, int group, int count, int t, int c, int cGroup, int rows) {
    int padded = Ops.padded(rows, Ops.ROWS);
    for (int p = 0; p < parts.length; p++) {
      if (parts[p].inputs()) {
        addDeltas(m, p, group, count, t, c, cGroup, padded, weights.downward()[p]);
      }
    }
  }

  private void addDeltas(
      float[] m, int p, int group, int count, int t, int c, int cGroup, int rows, int a) {
    int width = groups.width(group);
    int lanes = groups.lanes(group, t);
    int depth = parts[p].gates() * units;
    int b = delta(group, t) + partRows[p] * width;
    int bGroup = deltasOfGroup();
    ops.multiplyAddInPasses(m, c, cGroup, width, lanes, count, rows, depth, a, depth, b, bGroup);
  }

  /** From one group's deltas to the next one's. */
  int deltasOfGroup() {
    return gateRows * timeSteps * Groups.GROUP;
  }

  /** Of the gradient; null where there is none. */
  GradientProduct product() {
    return gradient;
  }

  /** Says where the operands of a group's gradient are. */
  void locate(int group, Lanes lanes) {
    int deltaLength = gateRows * groups.width(group);
    lanes.set(groups, group, delta(group, 0), deltaLength, block(group, 0), blockLength(group));
  }

  /** Whether there is a state before the first time step. */
  boolean stateGiven() {
    return stateGiven;
  }
}
