package io.sparkrnn.train;

import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import java.util.stream.IntStream;

/**
 * What a network of any kind gives for sequences, a minibatch at a time, with the bits that
 * evaluation has. Serves one thread.
 */
public final class SequencePredictor {
  /** The most sequences at a time. */
  public static final int SAMPLES = Predictor.SAMPLES;

  private final Network network;
  private final InferencePass pass;
  private final DatasetMinibatch minibatch;

  /**
   * A predictor.
   *
   * @param parameters flat, not changed
   */
  public SequencePredictor(Ops kernels, RnnTopology topology, float[] parameters) {
    this.network = topology.network();
    this.pass = new InferencePass(network, kernels, parameters, SAMPLES);
    this.minibatch = new DatasetMinibatch(network, 0);
  }

  /**
   * The outputs of each reading of each sequence, as the head has them: {@code
   * [sample][reading][output]}.
   *
   * @param data at most {@link #SAMPLES} sequences that the network can read
   */
  public double[][][] run(SequenceDataset data) {
    int count = data.size();
    double[][][] outputs = new double[count][][];
    minibatch.begin(data, IntStream.range(0, count).toArray(), 0);
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
}
