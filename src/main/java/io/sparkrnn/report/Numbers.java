package io.sparkrnn.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them, the same everywhere. */
final class Numbers {
  private static final double NORMAL_QUANTILE = 1.959963984540054;

  private Numbers() {}

  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /** With five digits, or all before the point. */
  static String significant(double value) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    if (Math.abs(value) >= 10_000) {
      return format("%,.0f", value);
    }
    String plain =
        new BigDecimal(value).round(new MathContext(5)).stripTrailingZeros().toPlainString();
    return Math.abs(value) < 1e-6 && value != 0 ? format("%.4e", value) : plain;
  }

  static String percent(double share) {
    return format("%.2f %%", 100 * share);
  }

  static String seconds(double seconds) {
    if (seconds < 60) {
      return format("%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole < 3600
        ? format("%d min %02d s", whole / 60, whole % 60)
        : format("%d h %02d min", whole / 3600, whole % 3600 / 60);
  }

  /**
   * The 95 % interval of a share by Wilson's score, which holds near 1, too (E. B. Wilson, Journal
   * of the American Statistical Association 22, 1927).
   */
  static String interval(double share, long samples) {
    double z2 = NORMAL_QUANTILE * NORMAL_QUANTILE;
    double centre = share + z2 / (2 * samples);
    double half =
        NORMAL_QUANTILE * Math.sqrt(share * (1 - share) / samples + z2 / (4.0 * samples * samples));
    double scale = 1 + z2 / samples;
    return format("%.2f to %.2f %%", 100 * (centre - half) / scale, 100 * (centre + half) / scale);
  }
}
