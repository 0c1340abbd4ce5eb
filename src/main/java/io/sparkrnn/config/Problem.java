package io.sparkrnn.config;

import java.io.Serializable;

/**
 * One thing that is wrong with a configuration.
 *
 * @param key path of the key, or the file's name where the problem is the file
 * @param origin where it was written: {@code file:line}, a flag, or empty when it was not written
 *     at all
 * @param message what was expected and what was found
 */
public record Problem(String key, String origin, String message) implements Serializable {
  @Override
  public String toString() {
    return origin.isEmpty() ? key + ": " + message : key + " (" + origin + "): " + message;
  }
}
