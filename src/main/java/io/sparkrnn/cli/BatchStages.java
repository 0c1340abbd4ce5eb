package io.sparkrnn.cli;

import io.sparkrnn.data.Axes;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.kernel.PortableRnnKernels;
import io.sparkrnn.kernel.RnnKernels;
import io.sparkrnn.model.ParameterBlock;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.train.ForwardPass;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What becomes of one batch on its way through a network: every array of the computation. */
final class BatchStages {
  private static final RnnKernels KERNELS = new PortableRnnKernels();

  private final RnnTopology topology;
  private final NetworkShape shape;
  private final float[] parameters;
  private final int samples;
  private final float[] batchFirst;
  private final float[] timeMajor;
  private final ForwardPass fromBatchFirst;
  private final ForwardPass fromTimeMajor;

  /** Runs the first samples of a dataset through the network, in both orders of axes. */
  BatchStages(RnnTopology topology, float[] parameters, SequenceDataset data, int samples) {
    this.topology = topology;
    this.shape = topology.shape();
    this.parameters = parameters;
    this.samples = samples;
    int[] first = new int[samples];
    Arrays.setAll(first, i -> i);
    batchFirst = data.batch(first, Axes.BATCH_FIRST);
    timeMajor = data.batch(first, Axes.TIME_MAJOR);
    fromBatchFirst =
        ForwardPass.run(KERNELS, topology, parameters, batchFirst, Axes.BATCH_FIRST, samples);
    fromTimeMajor =
        ForwardPass.run(KERNELS, topology, parameters, timeMajor, Axes.TIME_MAJOR, samples);
  }

  /** The batch as images of one channel, as sequences of their rows, and by time step. */
  List<NamedArray> images() {
    return List.of(
        new NamedArray(
            "images, of one channel",
            List.of(samples, 1, shape.timeSteps(), shape.inputSize()),
            batchFirst),
        batchFirst("rows as time steps, batch-first"),
        timeMajor("the same, time-major"));
  }

  /** The batch as sequences, and by time step. */
  List<NamedArray> sequences() {
    return List.of(batchFirst("sequences, batch-first"), timeMajor("the same, time-major"));
  }

  private NamedArray batchFirst(String name) {
    return new NamedArray(name, List.of(samples, shape.timeSteps(), shape.inputSize()), batchFirst);
  }

  private NamedArray timeMajor(String name) {
    return new NamedArray(name, List.of(shape.timeSteps(), samples, shape.inputSize()), timeMajor);
  }

  /** The terms of one time step of a layer, {@code h_t = f(x_t U + h_{t-1} W + b)}. */
  List<NamedArray> step(int layer, int timeStep) {
    NamedArray inputs = layer == 0 ? timeMajor("x") : hidden("x", layer - 1, Axes.TIME_MAJOR);
    NamedArray states = hidden("h", layer, Axes.TIME_MAJOR);
    NamedArray input = inputs.at(timeStep, "x_t");
    NamedArray before =
        timeStep == 0
            ? new NamedArray(
                "h_{t-1}",
                List.of(samples, shape.units(layer)),
                new float[samples * shape.units(layer)])
            : states.at(timeStep - 1, "h_{t-1}");
    NamedArray u = block("U", shape.inputWeights(layer));
    NamedArray w = block("W", shape.recurrentWeights(layer));
    return List.of(
        u,
        w,
        block("b", shape.bias(layer)),
        input,
        input.times("U x_t", u),
        before,
        before.times("W h_{t-1}", w),
        states.at(timeStep, "h_t"));
  }

  /** {@code h_t} of all time steps of a layer. */
  NamedArray hidden(String name, int layer, Axes axes) {
    int units = shape.units(layer);
    return axes == Axes.TIME_MAJOR
        ? new NamedArray(
            name, List.of(shape.timeSteps(), samples, units), fromTimeMajor.hidden().get(layer))
        : new NamedArray(
            name, List.of(samples, shape.timeSteps(), units), fromBatchFirst.hidden().get(layer));
  }

  /** {@code [layers, samples, units]}, or one array a layer where they differ in units. */
  List<NamedArray> finalHidden() {
    List<float[]> states = fromBatchFirst.finalHidden();
    if (shape.hidden().stream().distinct().count() == 1) {
      int length = states.get(0).length;
      float[] stacked = new float[states.size() * length];
      for (int l = 0; l < states.size(); l++) {
        System.arraycopy(states.get(l), 0, stacked, l * length, length);
      }
      return List.of(
          new NamedArray(
              "final hidden state, by layer",
              List.of(states.size(), samples, shape.units(0)),
              stacked));
    }
    List<NamedArray> byLayer = new ArrayList<>();
    for (int l = 0; l < states.size(); l++) {
      byLayer.add(
          new NamedArray(
              "final hidden state of layer " + l,
              List.of(1, samples, shape.units(l)),
              states.get(l)));
    }
    return byLayer;
  }

  /** The output layer's terms; empty for a network without one. */
  List<NamedArray> output() {
    if (!topology.trainable()) {
      return List.of();
    }
    return List.of(
        block("V", shape.outputWeights()),
        block("c", shape.outputBias()),
        new NamedArray("out", List.of(samples, shape.classes()), fromBatchFirst.logits()));
  }

  /** Whether batch-first and time-major input gave the same numbers. */
  boolean ordersAgree() {
    boolean equal = Arrays.equals(fromBatchFirst.logits(), fromTimeMajor.logits());
    for (int l = 0; l < shape.layers(); l++) {
      equal &=
          Arrays.equals(fromBatchFirst.finalHidden().get(l), fromTimeMajor.finalHidden().get(l));
    }
    return equal;
  }

  private NamedArray block(String name, int offset) {
    ParameterBlock block =
        topology.parameters().stream().filter(b -> b.offset() == offset).findFirst().orElseThrow();
    return NamedArray.of(name, block, parameters);
  }
}
