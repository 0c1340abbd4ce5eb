package io.sparkrnn.train;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What lies where in the vector of a state: the parameters, then the updater's state, then their
 * moving average, which workers do not know.
 *
 * @param parameters how many there are; flat, in the order of {@link
 *     io.sparkrnn.kernel.ParameterLayout}
 * @param updaterState the updater's, as DL4J lays it out: Adam's first moments, then its second;
 *     Nesterovs' velocities
 * @param movingAverage of the parameters; 0 where none is kept
 */
public record VectorLayout(int parameters, int updaterState, int movingAverage)
    implements Serializable {

  /** The length of what workers have. */
  int ofWorkers() {
    return parameters + updaterState;
  }

  public float[] parameters(float[] vector) {
    return Arrays.copyOf(vector, parameters);
  }

  public float[] updaterState(float[] vector) {
    return Arrays.copyOfRange(vector, parameters, ofWorkers());
  }

  float[] movingAverage(float[] vector) {
    return Arrays.copyOfRange(vector, ofWorkers(), vector.length);
  }

  /** Arrays one after another. */
  public static float[] join(float[]... parts) {
    float[] vector = new float[Arrays.stream(parts).mapToInt(part -> part.length).sum()];
    int end = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, vector, end, part.length);
      end += part.length;
    }
    return vector;
  }
}
