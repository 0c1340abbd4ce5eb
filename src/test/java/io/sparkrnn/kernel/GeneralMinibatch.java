package io.sparkrnn.kernel;

import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Input;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Parameters and random samples for any network. A sample is a function of its own seed: it is the
 * same alone and beside others.
 *
 * @param parameters flat
 */
public record GeneralMinibatch(Network network, float[] parameters, List<Sample> samples)
    implements MinibatchSource {

  /** What may differ between samples. */
  public enum Varied {
    /** From 1 to the network's time steps; else all have these. */
    LENGTHS,
    /** From 0 to 2, about a quarter of them 0; else all are 1. */
    WEIGHTS
  }

  /**
   * One sample; what it has of each time step reaches behind its own end.
   *
   * @param dense {@code [timeStep][value]}
   * @param ids {@code [channel][timeStep]}
   * @param labels of each time step
   * @param targets {@code [timeStep][output]}
   * @param weights of each time step
   */
  public record Sample(
      int length,
      float[][] dense,
      int[][] ids,
      float[] statics,
      int[] labels,
      float[][] targets,
      float[] weights,
      long dropoutKey) {
    /** The same with other weights. */
    public Sample weighing(float[] others) {
      return new Sample(length, dense, ids, statics, labels, targets, others, dropoutKey);
    }

    public Sample withDropoutKey(long key) {
      return new Sample(length, dense, ids, statics, labels, targets, weights, key);
    }
  }

  public static GeneralMinibatch random(Network network, int samples, long seed, Varied... varied) {
    return new GeneralMinibatch(
        network,
        parameters(network, new SplittableRandom(seed)),
        IntStream.range(0, samples)
            .mapToObj(s -> sample(network, seed * 1_000_003 + s, List.of(varied)))
            .toList());
  }

  /** Weights small enough for gates not to saturate. */
  private static float[] parameters(Network network, SplittableRandom random) {
    float[] parameters = new float[network.parameterCount()];
    for (ParameterBlock block : network.layout().blocks()) {
      double scale =
          switch (block.kind()) {
            case EMBEDDING, BIAS, RECURRENT_BIAS, OUTPUT_BIAS -> 0.5;
            case INPUT_WEIGHTS, RECURRENT_WEIGHTS, OUTPUT_WEIGHTS -> 1 / Math.sqrt(block.rows());
          };
      for (int i = block.offset(); i < block.end(); i++) {
        parameters[i] = (float) (scale * random.nextGaussian());
      }
    }
    return parameters;
  }

  private static Sample sample(Network network, long seed, List<Varied> varied) {
    SplittableRandom random = new SplittableRandom(seed);
    Input input = network.input();
    int timeSteps = input.timeSteps();
    int outputs = network.head().outputs();
    int length = 1 + random.nextInt(timeSteps);
    float[][] dense = new float[timeSteps][];
    int[] labels = new int[timeSteps];
    float[][] targets = new float[timeSteps][];
    float[] weights = new float[timeSteps];
    for (int t = 0; t < timeSteps; t++) {
      dense[t] = uniform(input.dense(), random);
      labels[t] = random.nextInt(Math.max(1, outputs));
      targets[t] = targets(network.head().loss(), outputs, random);
      weights[t] = random.nextInt(4) == 0 ? 0 : 2 * random.nextFloat();
    }
    int[][] ids = new int[input.categorical().size()][timeSteps];
    for (int channel = 0; channel < ids.length; channel++) {
      Embedding embedding = input.categorical().get(channel);
      for (int t = 0; t < timeSteps; t++) {
        boolean pads = random.nextInt(4) == 0 && embedding.padding() != Embedding.NONE;
        ids[channel][t] = pads ? embedding.padding() : random.nextInt(embedding.vocabulary());
      }
    }
    float[] statics = uniform(input.statics(), random);
    if (!varied.contains(Varied.WEIGHTS)) {
      Arrays.fill(weights, 1);
    }
    return new Sample(
        varied.contains(Varied.LENGTHS) ? length : timeSteps,
        dense,
        ids,
        statics,
        labels,
        targets,
        weights,
        random.nextLong());
  }

  private static float[] uniform(int count, SplittableRandom random) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = 2 * random.nextFloat() - 1;
    }
    return values;
  }

  /** Such as the loss is for. */
  private static float[] targets(Loss loss, int outputs, SplittableRandom random) {
    float[] targets = new float[outputs];
    for (int output = 0; output < outputs; output++) {
      if (loss instanceof Loss.Sigmoid) {
        targets[output] = random.nextInt(5) / 4f;
      } else if (loss instanceof Loss.Poisson) {
        targets[output] = random.nextInt(5);
      } else if (loss instanceof Loss.Quantile quantile) {
        boolean isFirstLevel = output % quantile.levels().size() == 0;
        targets[output] = isFirstLevel ? (float) random.nextGaussian() : targets[output - 1];
      } else {
        targets[output] = (float) random.nextGaussian();
      }
    }
    return targets;
  }

  /** The same with other samples. */
  public GeneralMinibatch with(UnaryOperator<Sample> change) {
    return new GeneralMinibatch(network, parameters, samples.stream().map(change).toList());
  }

  /** Some of the samples, in another order if need be. */
  public GeneralMinibatch subset(int... chosen) {
    return new GeneralMinibatch(
        network, parameters, Arrays.stream(chosen).mapToObj(samples::get).toList());
  }

  public int size() {
    return samples.size();
  }

  /** The numbers of all samples. */
  int[] all() {
    return IntStream.range(0, size()).toArray();
  }

  @Override
  public void layOut(
      int[] chosen, int first, int count, float[] target, int at, int stepStride, int width) {
    for (int s = 0; s < count; s++) {
      Sample sample = samples.get(chosen[first + s]);
      for (int t = 0; t < sample.length(); t++) {
        for (int i = 0; i < network.input().dense(); i++) {
          target[at + t * stepStride + i * width + s] = sample.dense()[t][i];
        }
      }
    }
  }

  @Override
  public int length(int sample) {
    return samples.get(sample).length();
  }

  @Override
  public int label(int sample, int step) {
    return samples.get(sample).labels()[step];
  }

  @Override
  public float target(int sample, int step, int output) {
    return samples.get(sample).targets()[step][output];
  }

  @Override
  public float weight(int sample, int step) {
    return samples.get(sample).weights()[step];
  }

  @Override
  public int id(int channel, int sample, int timeStep) {
    return samples.get(sample).ids()[channel][timeStep];
  }

  @Override
  public float fixed(int sample, int index) {
    return samples.get(sample).statics()[index];
  }

  @Override
  public long dropoutKey(int sample) {
    return samples.get(sample).dropoutKey();
  }
}
