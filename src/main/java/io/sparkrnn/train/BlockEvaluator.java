package io.sparkrnn.train;

import static io.sparkrnn.evaluation.EvaluationResult.BLOCK_SAMPLES;

import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.BlockResult;
import io.sparkrnn.evaluation.ClassTally;
import io.sparkrnn.evaluation.SequenceErrors;
import io.sparkrnn.evaluation.Tally;
import io.sparkrnn.evaluation.ValueTally;
import io.sparkrnn.kernel.InferencePass;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.model.TargetScale;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Evaluates one of the fixed blocks of samples, which are the same for any number of tasks; or
 * streams, which are one block.
 *
 * @param scale of what the network gives, where it is values
 */
public record BlockEvaluator(RnnTopology topology, TargetScale scale) implements Serializable {

  /**
   * What becomes of each sample.
   *
   * @param predicted classes, of samples that have one each
   * @param losses summed over a sample's readings
   * @param readings how many of a sample count
   * @param errors of all samples, to be added to; null where nobody asks
   */
  record Details(int[] predicted, double[] losses, long[] readings, SequenceErrors errors) {
    Details(int samples) {
      this(samples, null);
    }

    Details(int samples, SequenceErrors errors) {
      this(new int[samples], new double[samples], new long[samples], errors);
    }

    void copyTo(Details whole, int first) {
      System.arraycopy(predicted, 0, whole.predicted, first, predicted.length);
      System.arraycopy(losses, 0, whole.losses, first, losses.length);
      System.arraycopy(readings, 0, whole.readings, first, readings.length);
    }
  }

  /** How many blocks samples have that are no streams. */
  public static int count(int samples) {
    return (samples + BLOCK_SAMPLES - 1) / BLOCK_SAMPLES;
  }

  /**
   * How many blocks samples have.
   *
   * @param streams of which the samples are windows; 0: they are not
   */
  public static int count(int samples, int streams) {
    return streams > 0 ? Math.min(1, samples) : count(samples);
  }

  /** Indices of a block's samples; the last block may be short. */
  public static int[] samples(int block, int samples) {
    return IntStream.range(block * BLOCK_SAMPLES, Math.min(samples, (block + 1) * BLOCK_SAMPLES))
        .toArray();
  }

  /** As the other; streams are whole. */
  public static int[] samples(int block, int samples, int streams) {
    return streams > 0 ? IntStream.range(0, samples).toArray() : samples(block, samples);
  }

  /** What counts the readings of a network; of nothing yet. */
  public Tally tally() {
    Network network = topology.network();
    Loss loss = network.head().loss();
    if (loss.ofClasses()) {
      return new ClassTally(
          network.classes(),
          predictsTokens(network)
              ? ClassTally.Of.TOKENS
              : network.head().reads() == Reads.EVERY
                  ? ClassTally.Of.TIME_STEPS
                  : ClassTally.Of.SAMPLES);
    }
    if (loss instanceof Loss.Sigmoid) {
      return new ClassTally(2, ClassTally.Of.OUTPUTS);
    }
    List<Double> levels =
        loss instanceof Loss.Quantile quantile ? quantile.levels() : List.<Double>of();
    return new ValueTally(network.classes() / DatasetMinibatch.outputsOfTarget(network), levels);
  }

  /** Whether a network is a model of language: at each time step it has the tokens as classes. */
  public static boolean predictsTokens(Network network) {
    return network.head().reads() == Reads.EVERY
        && network.head().loss().ofClasses()
        && network.inputSize() == 0
        && network.input().categorical().size() == 1
        && network.input().categorical().get(0).vocabulary() == network.classes();
  }

  /**
   * Predictions and losses of a block. Of the readings that count, which have a weight above 0,
   * each counts as much.
   *
   * @param block number of the block, by which results are folded
   * @param streams of which the samples are windows, a window of each, then the next of each: each
   *     starts from the state in which the one before has ended, the first from nothing; 0: samples
   *     are sequences of their own
   * @throws io.sparkrnn.data.DataException if the network cannot read them
   */
  public BlockResult evaluate(
      Ops kernels, float[] parameters, SequenceDataset samples, int block, int streams) {
    return evaluate(kernels, parameters, samples, block, streams, new Details(samples.size()));
  }

  /** As the other, and keeps what becomes of each sample. */
  BlockResult evaluate(
      Ops kernels,
      float[] parameters,
      SequenceDataset samples,
      int block,
      int streams,
      Details details) {
    Network network = topology.network();
    DataShape.require(network, samples);
    BlockReadings readings = new BlockReadings(this, samples, block * BLOCK_SAMPLES, details);
    if (streams > 0) {
      runStreams(kernels, parameters, samples, streams, readings);
    } else {
      runSamples(kernels, parameters, samples, readings);
    }
    return readings.result(block);
  }

  private void runSamples(
      Ops kernels, float[] parameters, SequenceDataset samples, BlockReadings readings) {
    Network network = topology.network();
    InferencePass pass = new InferencePass(network, kernels, parameters, Predictor.SAMPLES);
    DatasetMinibatch minibatch = new DatasetMinibatch(network, 0);
    int[] order = IntStream.range(0, samples.size()).toArray();
    for (int first = 0; first < order.length; first += Predictor.SAMPLES) {
      int count = Math.min(Predictor.SAMPLES, order.length - first);
      minibatch.begin(samples, order, first);
      if (network.head().reads() == Reads.EVERY) {
        pass.run(minibatch, count, readings.from(first), null, null);
        continue;
      }
      pass.run(minibatch, count);
      for (int place = 0; place < count; place++) {
        for (int output = 0; output < network.classes(); output++) {
          readings.outputs()[output] = pass.logit(place, output);
        }
        readings.take(first + place, 0);
      }
    }
  }

  private void runStreams(
      Ops kernels,
      float[] parameters,
      SequenceDataset samples,
      int streams,
      BlockReadings readings) {
    Network network = topology.network();
    InferencePass pass = InferencePass.keepingStates(network, kernels, parameters, streams);
    DatasetMinibatch minibatch = new DatasetMinibatch(network, 0);
    int[] order = IntStream.range(0, samples.size()).toArray();
    float[] states = null;
    for (int first = 0; first < order.length; first += streams) {
      int count = Math.min(streams, order.length - first);
      float[] after = new float[streams * network.stateSize()];
      minibatch.begin(samples, order, first);
      pass.run(minibatch, count, readings.from(first), states, after);
      states = after;
    }
  }

  /** Counts the readings of a block as a pass gives them: what it has given is not kept. */
  private static final class BlockReadings {
    private final SequenceDataset data;
    private final int firstSample;
    private final Details details;
    private final Loss loss;
    private final TargetScale scale;
    private final Tally tally;
    private final int outputsOfTarget;
    private final double[] outputs;
    private final double[] predicted;

    BlockReadings(
        BlockEvaluator evaluator, SequenceDataset data, int firstSample, Details details) {
      this.data = data;
      this.firstSample = firstSample;
      this.details = details;
      Network network = evaluator.topology().network();
      loss = network.head().loss();
      scale = evaluator.scale();
      tally = evaluator.tally();
      outputsOfTarget = DatasetMinibatch.outputsOfTarget(network);
      outputs = new double[network.classes()];
      predicted = new double[outputsOfTarget];
    }

    /** Where the outputs of the next reading belong. */
    double[] outputs() {
      return outputs;
    }

    /** For a minibatch that begins at a sample. */
    InferencePass.Readings from(int first) {
      return (place, step, values, at, stride) -> {
        for (int output = 0; output < outputs.length; output++) {
          outputs[output] = values[at + output * stride];
        }
        take(first + place, step);
      };
    }

    /** Counts the reading that has these outputs. */
    void take(int sample, int step) {
      boolean counts = data.weight(sample, step) > 0;
      if (loss.ofClasses()) {
        takeClass(sample, step, counts);
      } else if (counts && tally instanceof ClassTally decisions) {
        takeDecisions(decisions, sample, step);
      } else if (counts) {
        takeValues((ValueTally) tally, sample, step);
      }
    }

    private void takeClass(int sample, int step, boolean counts) {
      int found = 0;
      for (int c = 1; c < outputs.length; c++) {
        found = outputs[c] > outputs[found] ? c : found;
      }
      if (data.readings() == Readings.ONE) {
        details.predicted()[sample] = found;
      }
      if (!counts) {
        return;
      }
      int label = data.label(sample, step);
      double highest = outputs[found];
      double sum = 0;
      for (double output : outputs) {
        sum += StrictMath.exp(output - highest);
      }
      add(
          (ClassTally) tally,
          sample,
          new ClassTally.Reading(
              firstSample + sample,
              step,
              label,
              found,
              StrictMath.exp(outputs[found] - highest) / sum,
              StrictMath.exp(outputs[label] - highest) / sum,
              outputs.length == 2 ? StrictMath.exp(outputs[1] - highest) / sum : 0,
              outputs.length > ClassTally.TOP && isInTop(label)),
          -(outputs[label] - highest - StrictMath.log(sum)));
    }

    private void add(ClassTally classes, int sample, ClassTally.Reading reading, double value) {
      addLoss(sample, value);
      classes.add(reading);
      if (details.errors() != null) {
        details.errors().add(reading, value);
      }
    }

    /** Of equals, the lower classes come first. */
    private boolean isInTop(int label) {
      int before = 0;
      for (int c = 0; c < outputs.length && before < ClassTally.TOP; c++) {
        if (outputs[c] > outputs[label] || c < label && outputs[c] == outputs[label]) {
          before++;
        }
      }
      return before < ClassTally.TOP;
    }

    private void takeDecisions(ClassTally decisions, int sample, int step) {
      for (int output = 0; output < outputs.length; output++) {
        double target = data.target(sample, step, output);
        double probability = 1 / (1 + StrictMath.exp(-outputs[output]));
        int label = target >= 0.5 ? 1 : 0;
        int found = probability >= 0.5 ? 1 : 0;
        add(
            decisions,
            sample,
            new ClassTally.Reading(
                firstSample + sample,
                step,
                label,
                found,
                found == 1 ? probability : 1 - probability,
                label == 1 ? probability : 1 - probability,
                probability,
                false),
            loss.value(output, outputs[output], target));
      }
    }

    private void takeValues(ValueTally values, int sample, int step) {
      double sum = 0;
      int targets = outputs.length / outputsOfTarget;
      for (int target = 0; target < targets; target++) {
        double actual = data.target(sample, step, target);
        for (int o = 0; o < outputsOfTarget; o++) {
          int output = target * outputsOfTarget + o;
          double y = outputs[output];
          sum += loss.value(output, y, actual);
          predicted[o] =
              scale.original(target, loss instanceof Loss.Poisson ? StrictMath.exp(y) : y);
        }
        double original = scale.original(target, actual);
        if (details.errors() == null) {
          values.add(firstSample + sample, step, target, original, predicted);
        } else {
          values.add(details.errors(), firstSample + sample, step, target, original, predicted);
        }
      }
      addLoss(sample, sum / outputs.length);
    }

    private void addLoss(int sample, double value) {
      details.losses()[sample] += value;
      details.readings()[sample]++;
    }

    /** Losses are summed by samples, in whatever order their readings came. */
    BlockResult result(int block) {
      double lossSum = 0;
      for (double value : details.losses()) {
        lossSum += value;
      }
      return new BlockResult(block, tally, lossSum, Arrays.stream(details.readings()).sum());
    }
  }
}
