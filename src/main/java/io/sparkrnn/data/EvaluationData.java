package io.sparkrnn.data;

import java.io.Serializable;

/** Where evaluations find their samples; travels to executors, the samples do not. */
public interface EvaluationData extends Serializable {

  /** Samples in a part; 0 where there is none. */
  int size(Part part);

  /** A part of the data, read from the source wherever this is called. */
  SequenceDataset part(Part part);

  /** What is evaluated. */
  enum Part {
    VALIDATION,
    TEST
  }
}
