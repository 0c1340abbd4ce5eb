package io.sparkrnn.train;

import io.sparkrnn.model.Floats;
import java.io.Serializable;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

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
 */
public record TrainingState(
    float[] parameters,
    float[] updaterState,
    long round,
    int epoch,
    int minibatch,
    long iteration,
    double epochLossSum,
    long epochSamples)
    implements Serializable {

  /** The state before the first round. */
  public static TrainingState initial(float[] parameters, Updater updater) {
    return new TrainingState(
        parameters, new float[updater.stateSize(parameters.length)], 0, 0, 0, 0, 0, 0);
  }

  /** The state after a round. */
  TrainingState after(Round done, RoundResult result) {
    return new TrainingState(
        result.parameters(),
        result.updaterState(),
        round + 1,
        done.lastOfEpoch() ? epoch + 1 : epoch,
        done.lastOfEpoch() ? 0 : minibatch + done.iterations(),
        iteration + done.iterations(),
        (minibatch == 0 ? 0 : epochLossSum) + result.lossSum(),
        (minibatch == 0 ? 0 : epochSamples) + result.samples());
  }

  /** SHA-256 of the parameters as little-endian floats: equal for equal bits. */
  public String parametersSha256() {
    try {
      return HexFormat.of()
          .formatHex(MessageDigest.getInstance("SHA-256").digest(Floats.toBytes(parameters)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
