package io.sparkrnn.serving;

/**
 * A whole sequence.
 *
 * @param numbers of each time step, as the data have them; null for a model that reads none
 * @param ids of each time step, one for each categorical channel; null for a model that has none
 */
public record Sequence(double[][] numbers, int[][] ids, Constants constants) {
  /** Of numbers alone. */
  public static Sequence of(double[][] numbers) {
    return new Sequence(numbers, null, Constants.NONE);
  }

  int steps() {
    if (numbers != null && ids != null && numbers.length != ids.length) {
      throw new ReadingException(
          "Cannot read a sequence: expected ids for each of %d time steps, found %d"
              .formatted(numbers.length, ids.length));
    }
    int steps = numbers != null ? numbers.length : ids == null ? 0 : ids.length;
    if (steps == 0) {
      throw new ReadingException("Cannot read a sequence: expected at least 1 time step, found 0");
    }
    return steps;
  }
}
