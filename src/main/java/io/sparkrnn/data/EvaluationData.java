package io.sparkrnn.data;

import java.io.Serializable;

/** Where evaluations find their samples; travels to executors, the samples do not. */
public interface EvaluationData extends Serializable {

  /** Samples in a part; 0 where there is none. */
  int size(Part part);

  /** A part of the data, read from the source wherever this is called. */
  SequenceDataset part(Part part);

  /**
   * Of how many parallel streams the samples of a part are windows: the first window of each
   * stream, then the second of each, and so on. They are evaluated in this order, each from the
   * state in which the window before has ended.
   *
   * @return 0 where samples are sequences of their own
   */
  default int streams(Part part) {
    return 0;
  }

  /** What is evaluated. */
  enum Part {
    VALIDATION,
    TEST
  }
}
