package io.sparkrnn.train;

import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.kernel.TrainingPass;
import io.sparkrnn.train.updater.Updater;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Iterations of a network of any cell on random sequences, with Adam: the peer of {@code
 * src/bench/python/cell_peer.py}. Prints {@code {"iterationMillis": median}}.
 *
 * <p>Arguments: cell, units, layers, FORWARD or BOTH, inputs, time steps, shortest length,
 * minibatch, threads, seconds to measure, after as many to warm up.
 */
final class CellIterations {
  private CellIterations() {}

  public static void main(String[] args) {
    int units = Integer.parseInt(args[1]);
    Layer layer = new Layer(args[0], units, Direction.valueOf(args[3]), 0, Biases.TWO);
    int inputs = Integer.parseInt(args[4]);
    int timeSteps = Integer.parseInt(args[5]);
    int shortest = Integer.parseInt(args[6]);
    int minibatch = Integer.parseInt(args[7]);
    int threads = Integer.parseInt(args[8]);
    double seconds = Double.parseDouble(args[9]);
    Network network =
        new Network(
            new Input(timeSteps, inputs),
            Collections.nCopies(Integer.parseInt(args[2]), layer),
            new Head(Loss.softmax(), 10, Reads.LAST));
    SplittableRandom random = new SplittableRandom(1);
    float[] parameters = new float[network.parameterCount()];
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = (float) ((2 * random.nextDouble() - 1) / Math.sqrt(units));
    }
    List<Sequences> minibatches =
        IntStream.range(0, 20)
            .mapToObj(i -> Sequences.random(inputs, timeSteps, shortest, minibatch, random))
            .toList();
    TrainingPass pass = new TrainingPass(network, Ops.named("vector"), minibatch, threads);
    float[] gradient = new float[parameters.length];
    float[][] moments = new float[2][parameters.length];
    Updater.Elementwise adam = new Updater.Adam(0.9, 0.999, 1e-8);
    List<Double> millis = new ArrayList<>();
    long start = System.nanoTime();
    IntConsumer part = pass::run;
    IntConsumer product = pass::runProduct;
    try (WorkerThreads workers = new WorkerThreads(threads)) {
      for (int i = 0; System.nanoTime() - start < 2e9 * seconds; i++) {
        long began = System.nanoTime();
        Sequences sequences = minibatches.get(i % minibatches.size());
        workers.run(pass.begin(parameters, sequences, minibatch), part);
        workers.run(pass.products(), product);
        pass.gradient(gradient);
        adam.step(parameters, gradient, moments, 1e-4, 0.9, i);
        long ended = System.nanoTime();
        if (ended - start > 1e9 * seconds) {
          millis.add((ended - began) / 1e6);
        }
      }
    }
    Collections.sort(millis);
    System.out.printf(
        Locale.ROOT,
        "{\"iterationMillis\": %.4f, \"executedPerUseful\": %.3f}%n",
        millis.get(millis.size() / 2),
        pass.executedPerUseful());
  }

  /** Random sequences of random lengths. */
  private record Sequences(int inputs, int[] lengths, int[] labels, float[][] values)
      implements MinibatchSource {
    static Sequences random(
        int inputs, int timeSteps, int shortest, int count, SplittableRandom random) {
      int[] lengths = random.ints(count, shortest, timeSteps + 1).toArray();
      float[][] values = new float[count][timeSteps * inputs];
      for (float[] sample : values) {
        for (int i = 0; i < sample.length; i++) {
          sample[i] = (float) random.nextDouble();
        }
      }
      return new Sequences(inputs, lengths, random.ints(count, 0, 10).toArray(), values);
    }

    @Override
    public void layOut(
        int[] samples, int first, int count, float[] target, int at, int stepStride, int width) {
      for (int s = 0; s < count; s++) {
        float[] sample = values[samples[first + s]];
        for (int t = 0, v = 0; t < lengths[samples[first + s]]; t++) {
          for (int i = 0; i < inputs; i++) {
            target[at + t * stepStride + i * width + s] = sample[v++];
          }
        }
      }
    }

    @Override
    public int length(int sample) {
      return lengths[sample];
    }

    @Override
    public int label(int sample, int step) {
      return labels[sample];
    }
  }
}
