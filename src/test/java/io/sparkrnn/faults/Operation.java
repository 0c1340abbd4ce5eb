package io.sparkrnn.faults;

import java.util.Optional;

/**
 * One operation, as {@code createLink attempts/1/1-a -> checkpoints/a}.
 *
 * @param path relative to the watched directory, which itself is {@code .}; absolute where a link
 *     or move has one end outside
 * @param target the new name that a link, move or copy gives
 */
public record Operation(OperationKind kind, String path, Optional<String> target) {
  static Operation of(OperationKind kind, String path) {
    return new Operation(kind, path, Optional.empty());
  }

  static Operation of(OperationKind kind, String path, String target) {
    return new Operation(kind, path, Optional.of(target));
  }

  @Override
  public String toString() {
    return kind + " " + path + target.map(to -> " -> " + to).orElse("");
  }
}
