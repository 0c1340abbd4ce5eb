package io.sparkrnn.evaluation;

import java.io.Serializable;

/** How good predictions are, as one number of a kind. */
public record Score(ScoreKind kind, double value) implements Serializable {

  /** The score with a {@link #merit}. */
  public static Score ofMerit(ScoreKind kind, double merit) {
    return new Score(kind, kind.better() == ScoreKind.Better.HIGHER ? merit : -merit);
  }

  /**
   * The value, negated where lower is better: the better one of two scores of a kind has the larger
   * merit. That of what is no number is less than that of any other.
   */
  public double merit() {
    if (Double.isNaN(value)) {
      return Double.NEGATIVE_INFINITY;
    }
    return kind.better() == ScoreKind.Better.HIGHER ? value : -value;
  }

  /** The value alone, for the column of a table: {@code 98.20%}, {@code 29.2}. */
  public String number() {
    return kind.number(value);
  }

  /** {@code 98.20%}, {@code RMSE 29.2}, {@code 2.19 bits a character}. */
  public String text() {
    return kind == ScoreKind.ACCURACY ? number() : named();
  }

  /** As {@link #text}, and accuracy by its name, too: {@code accuracy 98.20%}. */
  public String named() {
    return kind.named(value);
  }
}
