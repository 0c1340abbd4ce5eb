package io.sparkrnn.config;

import java.util.Locale;

/** By which score a run stops early, keeps its best checkpoint and is reported. */
public enum ScoreName {
  AUTO,
  ACCURACY,
  MACRO_F1,
  WEIGHTED_F1,
  LOG_LOSS,
  AUC,
  BITS_PER_CHARACTER,
  RMSE,
  MAE,
  MAPE;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
