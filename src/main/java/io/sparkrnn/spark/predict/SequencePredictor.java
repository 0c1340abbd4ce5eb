package io.sparkrnn.spark.predict;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
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
  private final InferencePass pass;

  /**
   * A predictor.
   *
   * @param parameters flat, not changed
   */
  SequencePredictor(Ops kernels, RnnTopology topology, float[] parameters) {
    this.network = topology.network();
    this.pass = new InferencePass(network, kernels, parameters, SAMPLES);
  }

  /**
   * The outputs of each reading of each sequence, as the head has them: {@code
   * [sample][reading][output]}.
   *
   * @param data at most {@link #SAMPLES} sequences that the network can read
   */
  double[][][] run(SequenceDataset data) {
    int count = data.size();
    double[][][] outputs = new double[count][][];
    MinibatchSource minibatch = new Inputs(data);
    if (network.head().reads() != Reads.EVERY) {
      pass.run(minibatch, count);
      for (int sample = 0; sample < count; sample++) {
        outputs[sample] = new double[1][network.classes()];
        for (int output = 0; output < network.classes(); output++) {
          outputs[sample][0][output] = pass.logit(sample, output);
        }
      }
      return outputs;
    }
    for (int sample = 0; sample < count; sample++) {
      outputs[sample] = new double[data.length(sample)][network.classes()];
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
    return outputs;
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
