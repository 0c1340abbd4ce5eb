package io.sparkrnn.registry;

import java.util.Locale;

/** What an entry does. */
public enum Action {
  /** A version became the current one. */
  PROMOTED,
  /** A model was trained and is no better; it became a version, and the current one stays. */
  KEPT,
  /** The current version before is the current one again. */
  ROLLED_BACK,
  /** Versions were given up; their files go. */
  PRUNED;

  /** As in entries: {@code rolled-back}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
