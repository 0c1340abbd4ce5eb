package io.sparkrnn.registry;

import io.sparkrnn.evaluation.PairedPredictions;
import java.util.Locale;
import java.util.Optional;

/**
 * What a trained model must show to be promoted.
 *
 * @param minAccuracy its least accuracy, from 0 to 1
 * @param maxRegression by how much its accuracy may be lower than the current version's, from 0 to
 *     1
 * @param significance how probable a mistake of the test may be, above 0 and below 1
 * @param required what the test must show, where there is a current version
 */
public record Gate(
    double minAccuracy, double maxRegression, double significance, Requirement required) {

  /** What McNemar's exact one-sided test must show. */
  public enum Requirement {
    /** That the candidate is significantly better. */
    BETTER,
    /** Not that it is significantly worse. */
    NOT_WORSE;

    /** As in entries: {@code not-worse}. */
    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public Gate {
    if (!(minAccuracy >= 0 && minAccuracy <= 1)
        || !(maxRegression >= 0 && maxRegression <= 1)
        || !(significance > 0 && significance < 1)) {
      throw new IllegalArgumentException(
          "expected a minimal accuracy and a maximal regression from 0 to 1 and a significance above 0 and below 1, found %s, %s and %s"
              .formatted(minAccuracy, maxRegression, significance));
    }
  }

  /**
   * Decides where there is no current version to compare with: by the minimal accuracy alone.
   *
   * @param accuracy of the candidate
   * @param samples on which it was measured
   */
  public Decision decideFirst(double accuracy, long samples) {
    Evidence evidence = new Evidence(this, samples, accuracy, Optional.empty());
    return accuracy < minAccuracy
        ? tooLow(evidence)
        : new Decision(
            Action.PROMOTED,
            "accuracy %s is at least %s, and there is no current version"
                .formatted(ratio(accuracy), minAccuracy),
            evidence);
  }

  /** Decides by predictions of the current version and the candidate for the same samples. */
  public Decision decide(PairedPredictions pair) {
    double accuracy = pair.candidateAccuracy();
    double pValue = required == Requirement.BETTER ? pair.pValueOfBetter() : pair.pValueOfWorse();
    Evidence evidence =
        new Evidence(
            this,
            pair.samples(),
            accuracy,
            Optional.of(
                new Evidence.Comparison(
                    pair.currentAccuracy(),
                    pair.onlyCurrentRight(),
                    pair.onlyCandidateRight(),
                    pValue)));
    if (accuracy < minAccuracy) {
      return tooLow(evidence);
    }
    String both =
        "accuracy %s, the current version's %s"
            .formatted(ratio(accuracy), ratio(pair.currentAccuracy()));
    if (pair.regression() > maxRegression) {
      return new Decision(
          Action.KEPT, "%s: lower by more than %s".formatted(both, maxRegression), evidence);
    }
    boolean significant = pValue <= significance;
    String shown =
        "%s: %ssignificantly %s (p %s, at most %s is significant; only the candidate is right on %d samples, only the current version on %d)"
            .formatted(
                both,
                significant ? "" : "not ",
                required == Requirement.BETTER ? "better" : "worse",
                pValue(pValue),
                significance,
                pair.onlyCandidateRight(),
                pair.onlyCurrentRight());
    boolean passed = significant == (required == Requirement.BETTER);
    return new Decision(passed ? Action.PROMOTED : Action.KEPT, shown, evidence);
  }

  private Decision tooLow(Evidence evidence) {
    return new Decision(
        Action.KEPT,
        "accuracy %s is below the least allowed, %s"
            .formatted(ratio(evidence.accuracy()), minAccuracy),
        evidence);
  }

  private static String ratio(double accuracy) {
    return String.format(Locale.ROOT, "%.4f", accuracy);
  }

  private static String pValue(double pValue) {
    return String.format(Locale.ROOT, "%.2g", pValue);
  }
}
