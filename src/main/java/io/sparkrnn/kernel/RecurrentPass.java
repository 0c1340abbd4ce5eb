package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Deliveries.Steps;
import io.sparkrnn.kernel.GradientProduct.Lanes;
import io.sparkrnn.kernel.GradientProduct.Share;
import java.util.Arrays;

/**
 * The way of some groups of samples through a network and back: inputs, layers with what they give
 * to one another, head. Serves one thread, in places of its own in the arena.
 *
 * <p>A group is at most {@value Groups#GROUP} samples that lie side by side in a panel: rows of 32
 * lanes, or of 16 for so few samples. The gradient of a group adds its products by time steps, then
 * samples. What comes to a layer from above is a chain of products for each direction that reads
 * it, and these are added, the forward one first.
 */
final class RecurrentPass {
  /** What stays after a pass. */
  enum Keep {
    /** The outputs, and states. */
    OUTPUTS,
    /** What cells remember beside, at all time steps. */
    STATES,
    /** All, and room for deltas and gradients. */
    FOR_BACKWARD,
    /** All of it at all time steps: other passes have more lanes of the same groups. */
    FOR_SHARED_GRADIENT;

    boolean trains() {
      return this == FOR_BACKWARD || this == FOR_SHARED_GRADIENT;
    }
  }

  /** Lanes of a group that a pass has as a group of its own. */
  record Held(RecurrentPass pass, int group) {}

  private final Network network;
  private final Ops ops;
  private final Groups groups;
  private final Deliveries deliveries;
  private final LayerPass[][] layers;
  private final HeadPass head;
  private final EmbeddedInputs embeddedInputs;
  private final int natural;
  private final int rows;
  private final int rowsOfGroup;
  private final int embedded;

  /** Samples of a group. */
  private final int ofGroup;

  private final Lanes[] lanes = {new Lanes(), new Lanes()};

  /**
   * A pass.
   *
   * @param most groups at a time
   */
  RecurrentPass(Network network, Ops ops, PackedWeights weights, Arena arena, int most, Keep keep) {
    this.network = network;
    this.ops = ops;
    groups = new Groups(network.timeSteps(), most);
    embeddedInputs = new EmbeddedInputs(network);
    deliveries = new Deliveries(network, ops, groups, keep.trains());
    ofGroup = keep == Keep.FOR_SHARED_GRADIENT ? Ops.LANES : Groups.GROUP;
    layers = new LayerPass[network.layers().size()][];
    int widest = network.input().embedded();
    for (int l = 0; l < layers.length; l++) {
      layers[l] = new LayerPass[ParameterLayout.ways(network.layers().get(l))];
      for (int way = 0; way < layers[l].length; way++) {
        layers[l][way] = new LayerPass(network, l, way, ops, weights, arena, groups, keep);
      }
      widest = Math.max(widest, l == 0 ? 0 : network.inputs(l));
    }
    LayerPass[] top = layers[layers.length - 1];
    head = new HeadPass(network, ops, weights, arena, groups, deliveries, top, keep);
    embedded = network.input().embedded();
    boolean turned = layers[0][layers[0].length - 1].steps() == Steps.BACKWARD;
    long ofInputs = (long) network.timeSteps() * network.inputs(0) * Groups.GROUP;
    natural = turned ? arena.reserve(ofInputs) : 0;
    long length = keep.trains() ? (long) Ops.padded(widest, Ops.ROWS) * Groups.GROUP : 0;
    rows = arena.reserve(length * most);
    rowsOfGroup = (int) length;
  }

  /** The most groups at a time. */
  int groups() {
    return groups.most();
  }

  /** Floats that the gradient of a group takes. */
  long gradientLength() {
    long length = head.product().length();
    for (LayerPass[] ways : layers) {
      for (LayerPass layer : ways) {
        length += layer.product().length();
      }
    }
    return length;
  }

  /**
   * Lays out samples as groups.
   *
   * @param order samples by length, the longest first
   * @param from the place in it of the first
   * @param to the place behind the last
   */
  void load(float[] m, float[] parameters, MinibatchSource source, int[] order, int from, int to) {
    groups.clear();
    for (int first = from; first < to; first += ofGroup) {
      loadGroup(m, parameters, source, order, first, Math.min(ofGroup, to - first));
    }
  }

  private void loadGroup(
      float[] m, float[] parameters, MinibatchSource source, int[] order, int first, int count) {
    int g = groups.used();
    groups.add(source, order, first, count);
    LayerPass lowest = layers[0][0];
    int width = groups.width(g);
    boolean turned = lowest.steps() == Steps.BACKWARD;
    int at = turned ? natural : lowest.block(g, 0);
    int stride = turned ? network.inputs(0) * width : lowest.blockLength(g);
    source.layOut(order, first, count, m, at, stride, width);
    for (int lane = 0; lane < count; lane++) {
      int dense = at + network.input().dense() * width + lane;
      int length = groups.length(g, lane);
      embeddedInputs.write(
          m, parameters, source, groups.sample(g, lane), length, dense, stride, width);
    }
    for (LayerPass way : layers[0]) {
      if (way.steps() == Steps.BACKWARD) {
        turn(m, g, at, stride, way);
      }
    }
  }

  /** Writes inputs in the order of a direction that begins at each sample's end. */
  private void turn(float[] m, int g, int at, int stride, LayerPass to) {
    int width = groups.width(g);
    int length = network.inputs(0) * width;
    boolean alike = groups.alive(g, groups.steps(g) - 1) == groups.count(g);
    for (int t = 0; t < groups.steps(g); t++) {
      int block = to.block(g, t);
      if (alike) {
        System.arraycopy(m, at + (groups.steps(g) - 1 - t) * stride, m, block, length);
        continue;
      }
      for (int lane = 0; lane < groups.alive(g, t); lane++) {
        int from = at + groups.reversed(g, lane, t) * stride;
        for (int i = lane; i < length; i += width) {
          m[block + i] = m[from + i];
        }
      }
    }
  }

  /**
   * States of all layers and time steps.
   *
   * @param states what the samples start from; null for nothing
   * @param statesAfter where what they come to is written; null for nowhere
   */
  void forward(float[] m, MinibatchSource source, float[] states, float[] statesAfter) {
    deliveries.begin(source);
    int at = 0;
    for (int l = 0; l < layers.length; l++) {
      for (LayerPass layer : layers[l]) {
        if (states == null) {
          layer.begin(m);
        } else {
          layer.begin(m, states, network.stateSize(), at);
        }
        layer.forward(m);
        if (statesAfter != null) {
          layer.end(m, statesAfter, network.stateSize(), at);
        }
      }
      at += network.stateSize(l);
      if (l + 1 < layers.length) {
        for (LayerPass reader : layers[l + 1]) {
          giveTo(m, l, reader);
        }
      }
    }
  }

  private void giveTo(float[] m, int l, LayerPass reader) {
    for (int t = 0; t < groups.steps(); t++) {
      for (int g = 0; g < groups.alive(t); g++) {
        deliveries.give(m, layers[l], reader.steps(), g, t, reader.block(g, t));
      }
    }
  }

  /** The outputs. */
  void outputs(float[] m, MinibatchSource source, InferencePass.Readings readings) {
    head.forward(m, source, readings);
  }

  /**
   * Losses, and the deltas of all layers and time steps.
   *
   * @param total of all weights of the minibatch
   * @param losses of the minibatch's samples, to which those of these groups are added
   */
  void backward(float[] m, MinibatchSource source, double total, double[] losses) {
    for (LayerPass[] ways : layers) {
      for (LayerPass layer : ways) {
        layer.clearDeltas(m);
      }
    }
    head.train(m, source, total, losses);
    for (int l = layers.length - 1; l >= 0; l--) {
      for (LayerPass layer : layers[l]) {
        layer.backward(m);
      }
      if (l > 0) {
        for (LayerPass reader : layers[l]) {
          takeBack(m, reader, l - 1);
        }
      }
    }
  }

  private void takeBack(float[] m, LayerPass reader, int l) {
    LayerPass only = layers[l][0];
    boolean direct =
        layers[l].length == 1 && layers[l + 1].length == 1 && reader.steps() == only.steps();
    for (int t = 0; t < groups.steps(); t++) {
      int used = groups.alive(t);
      if (direct) {
        for (int g = 0, n; g < used; g += n) {
          n = groups.alike(g, t);
          int to = only.delta(g, t);
          reader.inputDeltas(m, g, n, t, to, only.deltasOfGroup(), only.units());
        }
        for (int g = 0; g < used; g++) {
          deliveries.drop(m, only, g, t, only.delta(g, t));
        }
      } else {
        productsIntoRows(m, reader, t, network.inputs(l + 1));
        for (int g = 0; g < used; g++) {
          deliveries.takeBack(m, layers[l], reader.steps(), g, t, rowsOf(g));
        }
      }
    }
  }

  private int rowsOf(int group) {
    return rows + group * rowsOfGroup;
  }

  private void productsIntoRows(float[] m, LayerPass reader, int t, int count) {
    int used = groups.alive(t);
    for (int g = 0; g < used; g++) {
      int length = Ops.padded(count, Ops.ROWS) * groups.width(g);
      Arrays.fill(m, rowsOf(g), rowsOf(g) + length, 0f);
    }
    for (int g = 0, n; g < used; g += n) {
      n = groups.alike(g, t);
      reader.inputDeltas(m, g, n, t, rowsOf(g), rowsOfGroup, count);
    }
  }

  /**
   * The deltas of embedded ids, when all other deltas are known.
   *
   * @param to where those of the first sample are, {@code [sample][timeSteps][values]}
   */
  void embeddedDeltas(float[] m, int to) {
    int ofLane = network.timeSteps() * embedded;
    Arrays.fill(m, to, to + ofLane * ofGroup * groups.used(), 0f);
    for (LayerPass reader : layers[0]) {
      for (int t = 0; t < groups.steps(); t++) {
        productsIntoRows(m, reader, t, embedded);
        for (int g = 0; g < groups.alive(t); g++) {
          for (int lane = 0; lane < groups.alive(g, t); lane++) {
            int own = reader.steps() == Steps.BACKWARD ? groups.reversed(g, lane, t) : t;
            int at = to + (g * ofGroup + lane) * ofLane + own * embedded;
            int from = rowsOf(g) + lane;
            for (int i = 0; i < embedded; i++) {
              m[at + i] += m[from + i * groups.width(g)];
            }
          }
        }
      }
    }
  }

  /**
   * The gradient of a group's part of the mean loss, in panels.
   *
   * @param at where, {@link #gradientLength} floats
   */
  void gradient(float[] m, int group, int at) {
    int to = at;
    for (LayerPass[] ways : layers) {
      for (LayerPass layer : ways) {
        layer.locate(group, lanes[0]);
        layer.product().clear(m, to, Share.ALL);
        layer.product().add(m, to, lanes, 1, 0, groups.steps(group), layer.stateGiven(), Share.ALL);
        to += (int) layer.product().length();
      }
    }
    head.gradient(m, group, to);
  }

  /**
   * A share of the gradient of a group whose lanes several passes hold, the longest sequences
   * first, when all of them have gone back. The group's order of additions is the same.
   *
   * @param first of those that hold them
   * @param count how many
   * @param at where, {@link #gradientLength} floats, of which other shares are left as they are
   */
  void gradient(float[] m, Held[] holders, int first, int count, Share share, int at) {
    RecurrentPass longest = holders[first].pass;
    int to = at;
    for (int l = 0; l < layers.length; l++) {
      for (int way = 0; way < layers[l].length; way++) {
        for (int i = 0; i < count; i++) {
          Held held = holders[first + i];
          held.pass.layers[l][way].locate(held.group, lanes[i]);
        }
        GradientProduct product = layers[l][way].product();
        boolean stateGiven = longest.layers[l][way].stateGiven();
        int steps = longest.groups.steps(holders[first].group);
        product.clear(m, to, share);
        product.add(m, to, lanes, count, 0, steps, stateGiven, share);
        to += (int) product.length();
      }
    }
    for (int i = 0; i < count; i++) {
      Held held = holders[first + i];
      held.pass.head.locate(held.group, lanes[i]);
    }
    head.product().clear(m, to, share);
    int steps = longest.head.steps(holders[first].group);
    head.product().add(m, to, lanes, count, 0, steps, true, share);
  }

  /** Takes a gradient out of its panels, into flat order; of embeddings nothing. */
  void unpackGradient(float[] m, int at, float[] gradient) {
    int from = at;
    for (LayerPass[] ways : layers) {
      for (LayerPass layer : ways) {
        layer.product().unpack(m, from, gradient);
        from += (int) layer.product().length();
      }
    }
    head.product().unpack(m, from, gradient);
  }

  HeadPass head() {
    return head;
  }

  /** Value of a state. */
  float hidden(float[] m, int layer, int group, int t, int unit, int lane) {
    return m[layers[layer][0].state(group, t) + unit * groups.width(group) + lane];
  }

  /** Value of a delta of the first gate. */
  float delta(float[] m, int layer, int group, int t, int unit, int lane) {
    return m[layers[layer][0].delta(group, t) + unit * groups.width(group) + lane];
  }

  /** The states that the directions of the top layer came to last. */
  void lastState(float[] m, int group, int lane, float[] to) {
    int next = 0;
    for (LayerPass way : layers[layers.length - 1]) {
      int from = way.state(group, groups.length(group, lane) - 1) + lane;
      for (int unit = 0; unit < way.units(); unit++) {
        to[next++] = m[from + unit * groups.width(group)];
      }
    }
  }

  float logit(float[] m, int group, int output, int lane) {
    return m[head.logit(group, lane) + output * groups.width(group)];
  }

  float outputDelta(float[] m, int group, int output, int lane) {
    return m[head.outputDelta(group, lane) + output * groups.width(group)];
  }
}
