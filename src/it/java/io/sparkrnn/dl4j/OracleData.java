package io.sparkrnn.dl4j;

import io.sparkrnn.config.ScheduleConfiguration;
import io.sparkrnn.config.ScheduleName;
import io.sparkrnn.config.UpdaterConfiguration;
import io.sparkrnn.config.UpdaterName;
import io.sparkrnn.data.Axes;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.random.SeededRandom;
import io.sparkrnn.train.updater.Updater;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Small networks and random sequences, for us and for DL4J. */
final class OracleData {
  static final ScheduleConfiguration CONSTANT =
      new ScheduleConfiguration(ScheduleName.CONSTANT, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0);

  private OracleData() {}

  static RnnTopology topology(Activation activation, Integer... hidden) {
    return new RnnTopology("small", Network.elman(7, 5, List.of(hidden), activation, 3));
  }

  static UpdaterConfiguration updater(UpdaterName name) {
    return new UpdaterConfiguration(name, 0.05, 0.9, 0.9, 0.999, 1e-8, 0.1);
  }

  /** Parameters whose biases are not zero, so that their gradients and L2 exemption are seen. */
  static float[] parameters(RnnTopology topology) {
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 5);
    SeededRandom random = SeededRandom.of(77);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] += 0.1f * (float) random.nextGaussian();
    }
    return parameters;
  }

  static NetworkState initialState(NetworkDescription description) {
    float[] parameters = parameters(description.topology());
    int stateSize = Updater.of(description.updater(), 64).stateSize(parameters.length);
    return new NetworkState(parameters, new float[stateSize], 0, 0);
  }

  static SequenceDataset sequences(Network shape, int samples) {
    SeededRandom random = SeededRandom.of(123, samples);
    float[] values = new float[samples * shape.timeSteps() * shape.inputSize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    int[] labels = new int[samples];
    for (int i = 0; i < samples; i++) {
      labels[i] = random.nextInt(shape.classes());
    }
    return SequenceDataset.ofFloats(
        values, labels, shape.timeSteps(), shape.inputSize(), shape.classes());
  }

  /** Features {@code [sample][input][timeStep]}, labels one-hot. */
  static DataSet dataSet(SequenceDataset data, int... samples) {
    INDArray batchFirst =
        Nd4j.create(
            data.batch(samples, Axes.BATCH_FIRST),
            new long[] {samples.length, data.timeSteps(), data.inputSize()},
            'c');
    INDArray labels = Nd4j.zeros(samples.length, data.classes());
    for (int i = 0; i < samples.length; i++) {
      labels.putScalar(i, data.label(samples[i]), 1);
    }
    return new DataSet(batchFirst.permute(0, 2, 1).dup(), labels);
  }

  static int[] range(int from, int to) {
    return java.util.stream.IntStream.range(from, to).toArray();
  }

  /** All samples of a dataset, in their order. */
  static MinibatchSource minibatch(SequenceDataset data) {
    int[] samples = range(0, data.size());
    return new MinibatchSource() {
      @Override
      public void layOut(
          int[] places, int first, int count, float[] target, int at, int stepStride, int width) {
        data.layOut(samples, 0, places, first, count, target, at, stepStride, width);
      }

      @Override
      public int length(int sample) {
        return data.timeSteps();
      }

      @Override
      public int label(int sample, int step) {
        return data.label(sample);
      }
    };
  }
}
