package io.sparkrnn.registry;

import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.evaluation.PairedBootstrap;
import io.sparkrnn.evaluation.PairedPredictions;
import io.sparkrnn.evaluation.PairedScores;
import io.sparkrnn.evaluation.Score;
import io.sparkrnn.evaluation.ScoreKind;
import java.util.Locale;
import java.util.Optional;

/**
 * What a trained model must show to be promoted.
 *
 * @param minAccuracy its least accuracy, from 0 to 1
 * @param maxRegression by how much its score may be worse than the current version's, from 0 to 1;
 *     of scores without a natural scale, a share of the current version's
 * @param significance how probable a mistake of the test may be, above 0 and below 1
 * @param required what the test must show, where there is a current version
 * @param worstScore the worst value that the score which decides may have, if it is bounded
 */
public record Gate(
    double minAccuracy,
    double maxRegression,
    double significance,
    Requirement required,
    Optional<Double> worstScore) {

  /** What the one-sided test must show: McNemar's exact one, or a paired bootstrap. */
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

  /** One that bounds no other score than accuracy. */
  public Gate(double minAccuracy, double maxRegression, double significance, Requirement required) {
    this(minAccuracy, maxRegression, significance, required, Optional.empty());
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
    return tooBad(evidence, new Score(ScoreKind.ACCURACY, accuracy))
        .orElseGet(
            () ->
                new Decision(
                    Action.PROMOTED,
                    "accuracy %s is at least %s, and there is no current version"
                        .formatted(ratio(accuracy), minAccuracy),
                    evidence));
  }

  /** As the other, by any score. */
  public Decision decideFirst(EvaluationResult candidate) {
    Evidence evidence = evidence(candidate, Optional.empty());
    return tooBad(evidence, candidate.score())
        .orElseGet(
            () ->
                new Decision(
                    Action.PROMOTED,
                    "%s, and there is no current version".formatted(candidate.score().named()),
                    evidence));
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
    Optional<Decision> tooBad = tooBad(evidence, new Score(ScoreKind.ACCURACY, accuracy));
    if (tooBad.isPresent()) {
      return tooBad.get();
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

  /** Decides by what the current version and the candidate come to on the same sequences. */
  public Decision decide(PairedScores pair) {
    double pValue =
        pair.isOfTooFew()
            ? 1
            : required == Requirement.BETTER
                ? pair.bootstrap().pValueOfBetter()
                : pair.bootstrap().pValueOfWorse();
    Score before = pair.current().score();
    Score score = pair.candidate().score();
    Evidence evidence =
        evidence(
            pair.candidate(),
            Optional.of(
                new Evidence.Bootstrap(
                    before.value(),
                    pair.measure().toString(),
                    pair.bootstrap().sequences(),
                    pair.blockLength(),
                    pValue)));
    Optional<Decision> tooBad = tooBad(evidence, score);
    if (tooBad.isPresent()) {
      return tooBad.get();
    }
    String both = "%s, the current version's %s".formatted(score.named(), before.number());
    if (pair.regression() > maxRegression) {
      boolean absolute = score.kind().scale() == ScoreKind.Scale.NATURAL;
      return new Decision(
          Action.KEPT,
          "%s: worse by more than %s%s".formatted(both, maxRegression, absolute ? "" : " of that"),
          evidence);
    }
    if (required == Requirement.BETTER && !pair.isBetter()) {
      return new Decision(Action.KEPT, both + ": not better", evidence);
    }
    boolean significant = pValue <= significance;
    boolean passed = significant == (required == Requirement.BETTER);
    return new Decision(
        passed ? Action.PROMOTED : Action.KEPT,
        "%s: %ssignificantly %s (%s)"
            .formatted(
                both,
                significant ? "" : "not ",
                required == Requirement.BETTER ? "better" : "worse",
                tested(pair, pValue)),
        evidence);
  }

  private String tested(PairedScores pair, double pValue) {
    int sequences = pair.bootstrap().sequences();
    if (pair.isOfTooFew()) {
      return "a test takes at least %d sequences, and there are %d"
          .formatted(PairedScores.FEWEST, sequences);
    }
    return "p %s, at most %s is significant; %s, drawn %d times from %d sequences%s"
        .formatted(
            pValue(pValue),
            significance,
            pair.measure(),
            PairedBootstrap.RESAMPLES,
            sequences,
            pair.blockLength() == 1 ? "" : ", %d on end".formatted(pair.blockLength()));
  }

  private Evidence evidence(EvaluationResult candidate, Optional<Evidence.Bootstrap> bootstrap) {
    Score score = candidate.score();
    return new Evidence(
        this,
        candidate.samples(),
        candidate.classAccuracy(),
        Optional.empty(),
        Optional.of(
            new Evidence.DecidingScore(
                score.kind().toString(),
                score.kind().better().toString().toLowerCase(Locale.ROOT),
                score.value(),
                bootstrap)));
  }

  /** Keeps a model that does not reach what all must. */
  private Optional<Decision> tooBad(Evidence evidence, Score score) {
    Optional<Double> accuracy = evidence.accuracy().filter(found -> found < minAccuracy);
    if (accuracy.isPresent()) {
      return Optional.of(
          new Decision(
              Action.KEPT,
              "accuracy %s is below the least allowed, %s"
                  .formatted(ratio(accuracy.get()), minAccuracy),
              evidence));
    }
    return worstScore
        .filter(worst -> new Score(score.kind(), worst).merit() > score.merit())
        .map(
            worst ->
                new Decision(
                    Action.KEPT,
                    "%s is worse than the worst allowed, %s".formatted(score.named(), worst),
                    evidence));
  }

  private static String ratio(double accuracy) {
    return String.format(Locale.ROOT, "%.4f", accuracy);
  }

  private static String pValue(double pValue) {
    return String.format(Locale.ROOT, "%.2g", pValue);
  }
}
