package io.sparkrnn.train;

import io.sparkrnn.data.DataException;
import io.sparkrnn.model.Floats;
import io.sparkrnn.train.updater.Updater;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * All that a run carries from one round to the next. The vector is never changed once a state holds
 * it.
 *
 * @param vector parameters, the updater's state and a moving average, as the layout says
 * @param round rounds done
 * @param epoch epochs done
 * @param minibatch minibatches done of the current epoch by the longest worker
 * @param iteration iterations done by the longest worker over the whole run
 * @param epochLossSum summed losses of the current epoch's readings so far, by their weights
 * @param epochLossWeight summed weights of these readings
 * @param epochSamples samples of the current epoch so far
 * @param merits of the epochs done on held-out samples, as {@link
 *     io.sparkrnn.evaluation.Score#merit}; empty where nothing depends on them
 * @param streamStates where each worker's streams are within an epoch; without workers at its
 *     start, and where there are no streams
 */
public record TrainingState(
    float[] vector,
    VectorLayout layout,
    long round,
    int epoch,
    int minibatch,
    long iteration,
    double epochLossSum,
    double epochLossWeight,
    long epochSamples,
    List<Double> merits,
    float[][] streamStates)
    implements Serializable {

  public TrainingState {
    merits = List.copyOf(merits);
  }

  /** Of samples that count one each, without streams. */
  public TrainingState(
      float[] vector,
      VectorLayout layout,
      long round,
      int epoch,
      int minibatch,
      long iteration,
      double epochLossSum,
      long epochSamples,
      List<Double> merits) {
    this(
        vector,
        layout,
        round,
        epoch,
        minibatch,
        iteration,
        epochLossSum,
        epochSamples,
        epochSamples,
        merits,
        new float[0][]);
  }

  /** What workers need: neither a moving average nor merits. */
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
        VectorLayout.join(parameters, updaterState),
        new VectorLayout(parameters.length, updaterState.length, 0),
        round,
        epoch,
        minibatch,
        iteration,
        epochLossSum,
        epochSamples,
        List.of());
  }

  /** The state before the first round. */
  public static TrainingState initial(float[] parameters, Updater updater) {
    return new TrainingState(
        parameters, new float[updater.stateSize(parameters.length)], 0, 0, 0, 0, 0, 0);
  }

  /** A copy, as are the other parts. */
  public float[] parameters() {
    return layout.parameters(vector);
  }

  public float[] updaterState() {
    return layout.updaterState(vector);
  }

  public float[] movingAverage() {
    return layout.movingAverage(vector);
  }

  /** The state after a round; the moving average is still that of before. */
  TrainingState after(Round done, RoundResult result) {
    return new TrainingState(
        layout.movingAverage() == 0
            ? result.vector()
            : VectorLayout.join(result.vector(), movingAverage()),
        layout,
        round + 1,
        done.lastOfEpoch() ? epoch + 1 : epoch,
        done.lastOfEpoch() ? 0 : minibatch + done.iterations(),
        iteration + done.iterations(),
        (minibatch == 0 ? 0 : epochLossSum) + result.lossSum(),
        (minibatch == 0 ? 0 : epochLossWeight) + result.lossWeight(),
        (minibatch == 0 ? 0 : epochSamples) + result.samples(),
        merits,
        done.lastOfEpoch() || Arrays.stream(result.streamStates()).allMatch(Objects::isNull)
            ? new float[0][]
            : result.streamStates());
  }

  /**
   * The mean over the readings of the epoch that has ended.
   *
   * @throws DataException if none of them counts
   */
  public double epochMeanLoss() {
    if (!(epochLossWeight > 0)) {
      throw new DataException(
          "Cannot train: expected at least 1 sample that counts in epoch %d, found none of %d"
              .formatted(epoch, epochSamples));
    }
    return epochLossSum / epochLossWeight;
  }

  /** Where a worker's streams are; null at an epoch's start, and where there are none. */
  float[] streamState(int worker) {
    return streamStates.length == 0 ? null : streamStates[worker];
  }

  /** Without what only the driver needs. */
  TrainingState forWorkers() {
    return (layout.movingAverage() == 0 ? this : withMovingAverage(new float[0])).withoutMerits();
  }

  /** Without what only who takes the steps needs. */
  TrainingState withoutUpdaterState() {
    return with(
        VectorLayout.join(parameters(), movingAverage()),
        new VectorLayout(layout.parameters(), 0, layout.movingAverage()),
        merits);
  }

  TrainingState withMovingAverage(float[] average) {
    return with(parameters(), average);
  }

  TrainingState withoutMerits() {
    return withMerits(List.of());
  }

  TrainingState withMerits(List<Double> epochs) {
    return with(vector, layout, epochs);
  }

  /** After an epoch that was evaluated. */
  TrainingState withMerit(double merit) {
    return with(vector, layout, Stream.concat(merits.stream(), Stream.of(merit)).toList());
  }

  /** With another vector of the same layout. */
  TrainingState withVector(float[] values) {
    return with(values, layout, merits);
  }

  /** With the parameters that are evaluated and make the model: their moving average, if any. */
  public TrainingState evaluated() {
    return layout.movingAverage() == 0 ? this : with(movingAverage(), new float[0]);
  }

  private TrainingState with(float[] parameters, float[] average) {
    return with(
        VectorLayout.join(parameters, updaterState(), average),
        new VectorLayout(parameters.length, layout.updaterState(), average.length),
        merits);
  }

  private TrainingState with(float[] values, VectorLayout ranges, List<Double> epochs) {
    return new TrainingState(
        values,
        ranges,
        round,
        epoch,
        minibatch,
        iteration,
        epochLossSum,
        epochLossWeight,
        epochSamples,
        epochs,
        streamStates);
  }

  /** SHA-256 of the parameters as little-endian floats: equal for equal bits. */
  public String parametersSha256() {
    return Floats.sha256(parameters());
  }
}
