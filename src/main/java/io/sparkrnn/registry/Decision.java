package io.sparkrnn.registry;

/**
 * What becomes of a trained model.
 *
 * @param action {@link Action#PROMOTED} or {@link Action#KEPT}
 * @param reason in words
 */
public record Decision(Action action, String reason, Evidence evidence) {
  public Decision {
    if (action != Action.PROMOTED && action != Action.KEPT) {
      throw new IllegalArgumentException(
          "expected a model to be promoted or kept, found " + action);
    }
  }
}
