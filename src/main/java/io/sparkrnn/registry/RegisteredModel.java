package io.sparkrnn.registry;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FormatException;

/** A version whose file was read and verified. */
public record RegisteredModel(Version version, ModelFile model) {
  /** The line of provenance that holds a version's name. */
  static final String VERSION = "registry.version";

  /**
   * Reads a version's file.
   *
   * @throws FormatException if it is damaged, no model, or another version's
   */
  static RegisteredModel decode(byte[] bytes, Version version, String where) {
    ModelFile model = ModelFile.decode(bytes, where);
    String found = model.provenance().getOrDefault(VERSION, "none");
    if (!found.equals(version.name())) {
      throw new CorruptFileException(
          "Cannot read %s: expected version %s as in its name, found %s"
              .formatted(where, version, found));
    }
    return new RegisteredModel(version, model);
  }
}
