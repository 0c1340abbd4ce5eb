package io.sparkrnn.train;

import io.sparkrnn.model.Floats;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * All that a run carries from one round to the next. The arrays are never changed once a state
 * holds them.
 *
 * @param parameters flat, in the order of {@link io.sparkrnn.kernel.NetworkShape}
 * @param updaterState the updater's, as DL4J lays it out: Adam's first moments, then its second;
 *     Nesterovs' velocities
 * @param round rounds done
 * @param epoch epochs done
 * @param minibatch minibatches done of the current epoch by the longest worker
 * @param iteration iterations done by the longest worker over the whole run
 * @param epochLossSum summed cross-entropy of the current epoch's samples so far, in nats
 * @param epochSamples samples of the current epoch so far
 * @param movingAverage of the parameters; empty where none is kept
 * @param accuracies of the epochs done, on held-out samples; empty where nothing depends on them
 */
public record TrainingState(
    float[] parameters,
    float[] updaterState,
    long round,
    int epoch,
    int minibatch,
    long iteration,
    double epochLossSum,
    long epochSamples,
    float[] movingAverage,
    List<Double> accuracies)
    implements Serializable {

  public TrainingState {
    accuracies = List.copyOf(accuracies);
  }

  /** What workers need: neither a moving average nor accuracies. */
  public TrainingState(
      float[] parameters,
      float[] updaterState,
      long round,
      int epoch,
      int minibatch,
      long iteration,
      double epochLossSum,
      long epochSamples) {
    this(
        parameters,
        updaterState,
        round,
        epoch,
        minibatch,
        iteration,
        epochLossSum,
        epochSamples,
        new float[0],
        List.of());
  }

  /** The state before the first round. */
  public static TrainingState initial(float[] parameters, Updater updater) {
    return new TrainingState(
        parameters, new float[updater.stateSize(parameters.length)], 0, 0, 0, 0, 0, 0);
  }

  /** The state after a round; the moving average is still that of before. */
  TrainingState after(Round done, RoundResult result) {
    return new TrainingState(
        result.parameters(),
        result.updaterState(),
        round + 1,
        done.lastOfEpoch() ? epoch + 1 : epoch,
        done.lastOfEpoch() ? 0 : minibatch + done.iterations(),
        iteration + done.iterations(),
        (minibatch == 0 ? 0 : epochLossSum) + result.lossSum(),
        (minibatch == 0 ? 0 : epochSamples) + result.samples(),
        movingAverage,
        accuracies);
  }

  /** Without what only the driver needs. */
  TrainingState forWorkers() {
    return with(parameters, new float[0], List.of());
  }

  TrainingState withMovingAverage(float[] average) {
    return with(parameters, average, accuracies);
  }

  TrainingState withoutAccuracies() {
    return with(parameters, movingAverage, List.of());
  }

  /** After an epoch that was evaluated. */
  TrainingState withAccuracy(double accuracy) {
    return with(
        parameters,
        movingAverage,
        Stream.concat(accuracies.stream(), Stream.of(accuracy)).toList());
  }

  /** With the parameters that are evaluated and make the model: their moving average, if any. */
  public TrainingState evaluated() {
    return movingAverage.length == 0 ? this : with(movingAverage, new float[0], accuracies);
  }

  private TrainingState with(float[] values, float[] average, List<Double> epochs) {
    return new TrainingState(
        values,
        updaterState,
        round,
        epoch,
        minibatch,
        iteration,
        epochLossSum,
        epochSamples,
        average,
        epochs);
  }

  /** SHA-256 of the parameters as little-endian floats: equal for equal bits. */
  public String parametersSha256() {
    return Floats.sha256(parameters);
  }
}
