package io.sparkrnn.train;

import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.ShardSamples;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.MinibatchSource;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.random.RandomStreams;
import io.sparkrnn.random.SeededRandom;
import java.util.stream.IntStream;

/** Some samples of a dataset, and then others: an iteration allocates nothing. */
final class DatasetMinibatch implements MinibatchSource {
  private final int outputsOfTarget;
  private final int firstCountedStep;

  private SequenceDataset data;
  private int[] samples;
  private int offset;

  /** Numbers of the samples in their shard, on which what is drawn for them depends. */
  private int[] numbers;

  private int firstNumber;
  private int[] inPlace = new int[0];
  private boolean trains;
  private boolean warm;
  private long dropoutKey;
  private ImageShift shift = ImageShift.NONE;

  /** For networks that have an output for each target, and read nothing in vain. */
  DatasetMinibatch() {
    this(1, 0);
  }

  /**
   * For a network.
   *
   * @param firstCountedStep where each time step has a reading, those of time steps before it do
   *     not count: a state that starts at nothing warms up there
   */
  DatasetMinibatch(Network network, int firstCountedStep) {
    this(outputsOfTarget(network), firstCountedStep);
  }

  private DatasetMinibatch(int outputsOfTarget, int firstCountedStep) {
    this.outputsOfTarget = outputsOfTarget;
    this.firstCountedStep = firstCountedStep;
  }

  /** Outputs that are held against the same target, such as quantiles. */
  static int outputsOfTarget(Network network) {
    return network.head().loss() instanceof Loss.Quantile quantile ? quantile.levels().size() : 1;
  }

  /** What all draws of dropout of a worker's epoch depend on. */
  static long dropoutKey(long seed, int epoch, int worker) {
    return SeededRandom.key(seed, RandomStreams.DROPOUT, epoch, worker);
  }

  /**
   * Takes the samples from {@code samples[offset]} on, by their numbers in the dataset, to evaluate
   * them: nothing is dropped.
   */
  DatasetMinibatch begin(SequenceDataset data, int[] samples, int offset) {
    this.data = data;
    this.samples = samples;
    this.offset = offset;
    numbers = samples;
    firstNumber = offset;
    trains = false;
    warm = false;
    shift = ImageShift.NONE;
    return this;
  }

  /**
   * As the other, to train on them.
   *
   * @param dropoutKey of the worker's epoch
   */
  DatasetMinibatch begin(SequenceDataset data, int[] samples, int offset, long dropoutKey) {
    begin(data, samples, offset);
    this.dropoutKey = dropoutKey;
    trains = true;
    return this;
  }

  /** As the other, of a shard that may be elsewhere. */
  void begin(ShardSamples shard, int[] order, int offset, int count, long key) {
    if (shard instanceof SequenceDataset inMemory) {
      begin(inMemory, order, offset, key);
      return;
    }
    begin(shard.take(order, offset, count), inPlace(count), 0, key);
    numbers = order;
    firstNumber = offset;
  }

  private int[] inPlace(int count) {
    if (inPlace.length < count) {
      inPlace = IntStream.range(0, count).toArray();
    }
    return inPlace;
  }

  /** What the samples are in. */
  SequenceDataset data() {
    return data;
  }

  /** Moves these samples, which are images, while they are laid out. */
  void move(ImageShift imageShift) {
    shift = imageShift;
  }

  /** The state that these samples start from is warm: all their time steps count. */
  void countAllSteps() {
    warm = true;
  }

  @Override
  public void layOut(
      int[] places, int first, int count, float[] target, int at, int stepStride, int width) {
    data.layOut(samples, offset, places, first, count, target, at, stepStride, width);
    for (int s = 0; shift.isOn() && s < count; s++) {
      int sample = numbers[firstNumber + places[first + s]];
      shift.move(sample, data.timeSteps(), data.inputSize(), target, at + s, stepStride, width);
    }
  }

  @Override
  public int length(int sample) {
    return data.length(samples[offset + sample]);
  }

  @Override
  public int label(int sample, int step) {
    return data.label(samples[offset + sample], step);
  }

  @Override
  public float target(int sample, int step, int output) {
    return data.target(samples[offset + sample], step, output / outputsOfTarget);
  }

  @Override
  public float weight(int sample, int step) {
    if (!warm && step < firstCountedStep && data.readings() == Readings.EVERY_STEP) {
      return 0;
    }
    return data.weight(samples[offset + sample], step);
  }

  @Override
  public int id(int channel, int sample, int timeStep) {
    return data.id(channel, samples[offset + sample], timeStep);
  }

  @Override
  public float fixed(int sample, int index) {
    return data.fixed(samples[offset + sample], index);
  }

  /** Depends on the sample's number in its shard, not on its minibatch. */
  @Override
  public long dropoutKey(int sample) {
    if (!trains) {
      throw new IllegalStateException("expected a minibatch that was begun with a key for dropout");
    }
    return SeededRandom.key(dropoutKey, numbers[firstNumber + sample]);
  }
}
