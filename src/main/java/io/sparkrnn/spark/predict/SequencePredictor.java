package io.sparkrnn.spark.predict;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.StreamPass;
import io.sparkrnn.train.Predictor;
import java.util.stream.IntStream;

/**
 * What a network of any kind gives for sequences, a minibatch at a time, with the bits that
 * evaluation has. Serves one thread.
 */
final class SequencePredictor {
  /** The most sequences at a time. */
  static final int SAMPLES = Predictor.SAMPLES;

  private final Network network;
  private final Ops kernels;
  private final float[] parameters;
  private final boolean wantsStates;
  private final InferencePass pass;

  // Made when it is needed first.
  private StreamPass stream;

  /**
   * What sequences came to.
   *
   * @param readings as the head has them, {@code [sample][reading][output]}
   * @param states of the top layer in the end, {@code [sample][unit]}; empty where nobody wants
   *     them
   */
  record Outputs(double[][][] readings, float[][] states) {
    float[] state(int sample) {
      return states.length == 0 ? null : states[sample];
    }
  }

  /**
   * A predictor.
   *
   * @param parameters flat, not changed
   */
  SequencePredictor(Ops kernels, Answers answers, float[] parameters) {
    this.network = answers.network();
    this.kernels = kernels;
    this.parameters = parameters;
    this.wantsStates = answers.wantStates();
    this.pass = new InferencePass(network, kernels, parameters, SAMPLES);
  }

  private float[] state() {
    return new float[network.layers().get(network.layers().size() - 1).outputs()];
  }

  /**
   * The outputs of each reading of each sequence.
   *
   * @param data at most {@link #SAMPLES} sequences that the network can read
   */
  Outputs run(SequenceDataset data) {
    int count = data.size();
    double[][][] outputs = new double[count][][];
    MinibatchSource minibatch = new Inputs(data);
    if (network.head().reads() != Reads.EVERY && !wantsStates) {
      pass.run(minibatch, count);
      for (int sample = 0; sample < count; sample++) {
        outputs[sample] = new double[1][network.classes()];
        for (int output = 0; output < network.classes(); output++) {
          outputs[sample][0][output] = pass.logit(sample, output);
        }
      }
      return new Outputs(outputs, new float[0][]);
    }
    for (int sample = 0; sample < count; sample++) {
      int readings = network.head().reads() == Reads.EVERY ? data.length(sample) : 1;
      outputs[sample] = new double[readings][network.classes()];
    }
    pass.run(
        minibatch,
        count,
        (sample, step, values, at, stride) -> {
          for (int output = 0; output < network.classes(); output++) {
            outputs[sample][step][output] = values[at + output * stride];
          }
        },
        null,
        null);
    float[][] states = new float[wantsStates ? count : 0][];
    for (int sample = 0; sample < states.length; sample++) {
      states[sample] = state();
      pass.lastState(sample, states[sample]);
    }
    return new Outputs(outputs, states);
  }

  /**
   * The outputs after each time step of a sequence of any length, with the state after it.
   *
   * @param data one sequence
   */
  Outputs stream(SequenceDataset data) {
    if (stream == null) {
      stream = new StreamPass(network, kernels, parameters);
    }
    int steps = data.length(0);
    int inputs = network.inputSize();
    float[] dense = new float[inputs];
    float[] all = new float[Math.multiplyExact(steps, inputs)];
    if (inputs > 0) {
      data.layOut(new int[] {0}, 0, new int[] {0}, 0, 1, all, 0, inputs, 1);
    }
    int[] ids = new int[network.input().categorical().size()];
    float[] statics = new float[network.input().statics()];
    for (int i = 0; i < statics.length; i++) {
      statics[i] = data.fixed(0, i);
    }
    StreamPass.State state = new StreamPass.State(network);
    double[][][] outputs = new double[steps][1][network.classes()];
    float[][] states = new float[wantsStates ? steps : 0][];
    for (int step = 0; step < steps; step++) {
      System.arraycopy(all, step * inputs, dense, 0, inputs);
      for (int channel = 0; channel < ids.length; channel++) {
        ids[channel] = data.id(channel, 0, step);
      }
      stream.step(state, dense, ids, statics, outputs[step][0]);
      if (wantsStates) {
        states[step] = state();
        state.lastState(states[step]);
      }
    }
    return new Outputs(outputs, states);
  }

  /** All samples of a dataset, in its order. */
  private record Inputs(SequenceDataset data, int[] all) implements MinibatchSource {
    Inputs(SequenceDataset data) {
      this(data, IntStream.range(0, data.size()).toArray());
    }

    @Override
    public void layOut(
        int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
      data.layOut(all, 0, samples, first, count, target, at, stepStride, width);
    }

    @Override
    public int length(int sample) {
      return data.length(sample);
    }

    @Override
    public int id(int channel, int sample, int timeStep) {
      return data.id(channel, sample, timeStep);
    }

    @Override
    public float fixed(int sample, int index) {
      return data.fixed(sample, index);
    }
  }
}
