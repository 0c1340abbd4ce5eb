package io.sparkrnn.train;

/**
 * An exponential moving average of the parameters, which the driver keeps beside them: steadier
 * than they are, and often the better model.
 *
 * @param decay of older parameters, per iteration; 0: no average is kept
 */
public record MovingAverage(double decay) {
  boolean isOn() {
    return decay > 0;
  }

  /**
   * A state whose average has followed its parameters over a round: {@code d average + (1 - d)
   * parameters} with {@code d = decay^iterations}, each element in double and rounded once.
   */
  TrainingState after(TrainingState state, Round done) {
    if (!isOn()) {
      return state;
    }
    double kept = StrictMath.pow(decay, done.iterations());
    double taken = 1 - kept;
    float[] vector = state.vector().clone();
    int average = state.layout().ofWorkers();
    for (int i = 0; i < state.layout().movingAverage(); i++) {
      vector[average + i] = (float) (kept * vector[average + i] + taken * vector[i]);
    }
    return state.withVector(vector);
  }
}
