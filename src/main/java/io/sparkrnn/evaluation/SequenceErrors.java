package io.sparkrnn.evaluation;

import io.sparkrnn.data.Readings;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.evaluation.PairedBootstrap.Errors;

/**
 * The errors of each sequence that a score is made of, or of what is nearest to it and can be added
 * up over readings: {@link PairedBootstrap} compares those of two models.
 *
 * <p>Mutable; not safe for use by several threads.
 */
public final class SequenceErrors {
  private final Measure measure;
  private final double[] classWeights;
  private final double[] sums;
  private final long[] readings;

  /** What an error is. */
  public enum Measure {
    WRONG_CLASSES("wrong classes"),
    /** Of each class its share, as macro-averaged recall has it: what macro F1 is nearest to. */
    WRONG_OF_EACH_CLASS("wrong classes, all classes counting alike"),
    NOT_IN_TOP("classes that are not among the five most probable ones"),
    LOSS("cross-entropy"),
    SQUARED("squared errors"),
    ABSOLUTE("absolute errors"),
    RELATIVE("relative errors"),
    PINBALL("pinball losses");

    private final String words;

    Measure(String words) {
      this.words = words;
    }

    /**
     * What stands for a score. F1, AUC, the calibration error and coverage are no sums over
     * readings: wrong classes, cross-entropy and pinball losses stand for them.
     */
    public static Measure of(ScoreKind kind) {
      return switch (kind) {
        case ACCURACY, WEIGHTED_F1 -> WRONG_CLASSES;
        case MACRO_F1 -> WRONG_OF_EACH_CLASS;
        case TOP_5 -> NOT_IN_TOP;
        case LOG_LOSS, BITS_PER_CHARACTER, AUC, CALIBRATION_ERROR -> LOSS;
        case RMSE, R2 -> SQUARED;
        case MAE -> ABSOLUTE;
        case MAPE -> RELATIVE;
        case PINBALL, COVERAGE -> PINBALL;
      };
    }

    /** For people, in the plural. */
    @Override
    public String toString() {
      return words;
    }
  }

  /** Of nothing yet, for the sequences of a dataset. */
  public SequenceErrors(Measure measure, SequenceDataset data) {
    this.measure = measure;
    this.classWeights = measure == Measure.WRONG_OF_EACH_CLASS ? classWeights(data) : new double[0];
    this.sums = new double[data.size()];
    this.readings = new long[data.size()];
  }

  private static double[] classWeights(SequenceDataset data) {
    double[] weights = new double[data.classes()];
    long all = 0;
    int found = 0;
    for (int sample = 0; sample < data.size(); sample++) {
      int steps = data.readings() == Readings.ONE ? 1 : data.length(sample);
      for (int step = 0; step < steps; step++) {
        if (data.weight(sample, step) > 0) {
          found += weights[data.label(sample, step)]++ == 0 ? 1 : 0;
          all++;
        }
      }
    }
    for (int label = 0; label < weights.length; label++) {
      weights[label] = weights[label] == 0 ? 0 : all / (weights[label] * found);
    }
    return weights;
  }

  /**
   * Adds the error of a predicted class.
   *
   * @param loss its cross-entropy
   */
  public void add(ClassTally.Reading reading, double loss) {
    boolean wrong = reading.predicted() != reading.label();
    add(
        reading.sample(),
        switch (measure) {
          case WRONG_OF_EACH_CLASS -> wrong ? classWeights[reading.label()] : 0;
          case NOT_IN_TOP -> reading.inTop() ? 0 : 1;
          case LOSS -> loss;
          default -> wrong ? 1 : 0;
        });
  }

  /** Adds the errors of the predictions of one value. */
  void add(int sample, ValueTally.Errors errors) {
    if (measure == Measure.RELATIVE && Double.isNaN(errors.relative())) {
      return;
    }
    add(
        sample,
        switch (measure) {
          case ABSOLUTE -> errors.absolute();
          case RELATIVE -> errors.relative();
          case PINBALL -> errors.pinball();
          default -> errors.absolute() * errors.absolute();
        });
  }

  private void add(int sample, double error) {
    sums[sample] += error;
    readings[sample]++;
  }

  /**
   * For a comparison.
   *
   * @param streams of which the samples are windows, a window of each, then the next of each: a
   *     stream is one sequence then; 0: samples are sequences
   */
  public Errors errors(int streams) {
    if (streams == 0) {
      return new Errors(sums.clone(), readings.clone());
    }
    double[] ofStreams = new double[streams];
    long[] readingsOfStreams = new long[streams];
    for (int sample = 0; sample < sums.length; sample++) {
      ofStreams[sample % streams] += sums[sample];
      readingsOfStreams[sample % streams] += readings[sample];
    }
    return new Errors(ofStreams, readingsOfStreams);
  }
}
