package io.sparkrnn.config;

import java.util.Locale;

/** How the recurrent weight matrices are initialised, or, as in PyTorch, all parameters. */
public enum RecurrentInit {
  ORTHOGONAL,
  XAVIER,
  IDENTITY,
  PYTORCH;

  /** The name as configurations write it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
