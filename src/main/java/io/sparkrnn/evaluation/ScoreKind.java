package io.sparkrnn.evaluation;

import io.sparkrnn.config.ScoreName;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a score measures. */
public enum ScoreKind {
  /** The share of readings whose class was predicted. */
  ACCURACY("accuracy", Better.HIGHER, Scale.NATURAL, Style.PERCENT),
  /** The mean F1 of the classes that have readings or were predicted. */
  MACRO_F1("macro F1", Better.HIGHER, Scale.NATURAL, Style.RATIO),
  /** The mean F1 of the classes by their readings. */
  WEIGHTED_F1("weighted F1", Better.HIGHER, Scale.NATURAL, Style.RATIO),
  /** The mean cross-entropy in nats. */
  LOG_LOSS("log-loss", Better.LOWER, Scale.OF_THE_DATA, Style.RATIO),
  /** The share of readings whose class is among the five most probable ones. */
  TOP_5("top 5", Better.HIGHER, Scale.NATURAL, Style.PERCENT),
  /** How probable it is that a reading of class 1 gets more probability of it than one of 0. */
  AUC("AUC", Better.HIGHER, Scale.NATURAL, Style.RATIO),
  /** By how much the probability of predictions differs from how often they are right. */
  CALIBRATION_ERROR("calibration error", Better.LOWER, Scale.NATURAL, Style.PERCENT),
  /** The mean cross-entropy in bits: of models of text. */
  BITS_PER_CHARACTER("bits a character", Better.LOWER, Scale.OF_THE_DATA, Style.UNIT),
  /** The root of the mean squared error. */
  RMSE("RMSE", Better.LOWER, Scale.OF_THE_DATA, Style.NUMBER),
  /** The mean absolute error. */
  MAE("MAE", Better.LOWER, Scale.OF_THE_DATA, Style.NUMBER),
  /** The mean of absolute errors as shares of the true values, of those that are not 0. */
  MAPE("MAPE", Better.LOWER, Scale.OF_THE_DATA, Style.PERCENT),
  /** The share of the variance that is explained. */
  R2("R2", Better.HIGHER, Scale.NATURAL, Style.RATIO),
  /** The mean pinball loss of all quantiles, in the units of the values. */
  PINBALL("pinball loss", Better.LOWER, Scale.OF_THE_DATA, Style.NUMBER),
  /** The share of true values between the lowest and the highest quantile. */
  COVERAGE("coverage", Better.HIGHER, Scale.NATURAL, Style.PERCENT);

  /** Which of two values is the better one. */
  public enum Better {
    HIGHER,
    LOWER
  }

  /** What a difference of two values is measured by. */
  public enum Scale {
    /** From 0 to 1, or up to 1: a difference says something by itself. */
    NATURAL,
    /** Any number; a difference says something beside the value alone. */
    OF_THE_DATA
  }

  private enum Style {
    PERCENT,
    RATIO,
    NUMBER,
    UNIT
  }

  /** Up to which size numbers are written with three digits, and not with all that they have. */
  private static final double SMALL = 100;

  private final String label;
  private final Better better;
  private final Scale scale;
  private final Style style;

  ScoreKind(String label, Better better, Scale scale, Style style) {
    this.label = label;
    this.better = better;
    this.scale = scale;
    this.style = style;
  }

  /**
   * The one that a configuration names.
   *
   * @throws IllegalArgumentException for {@link ScoreName#AUTO}, which names none
   */
  public static ScoreKind of(ScoreName name) {
    return valueOf(name.name());
  }

  /** The one that a file names; empty where this version knows none of that name. */
  public static Optional<ScoreKind> named(String name) {
    return Arrays.stream(values()).filter(kind -> kind.toString().equals(name)).findFirst();
  }

  /** For people, such as {@code RMSE}. */
  public String label() {
    return label;
  }

  public Better better() {
    return better;
  }

  public Scale scale() {
    return scale;
  }

  /** The name in files and configurations, such as {@code bits-per-character}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A value alone, such as {@code 98.20%}. */
  String number(double value) {
    return switch (style) {
      case PERCENT -> String.format(Locale.ROOT, "%.2f%%", 100 * value);
      case RATIO -> String.format(Locale.ROOT, "%.4f", value);
      case NUMBER, UNIT -> threeDigits(value);
    };
  }

  /** A value with what it is: {@code RMSE 29.2}, {@code 2.19 bits a character}. */
  String named(double value) {
    return style == Style.UNIT ? number(value) + " " + label : label + " " + number(value);
  }

  private static String threeDigits(double value) {
    if (Math.abs(value) < SMALL) {
      return new BigDecimal(value).round(new MathContext(3)).toPlainString();
    }
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
