package io.sparkrnn.cli;

import io.sparkrnn.run.UsageException;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.net.URI;

/** A file that a command was asked for. */
final class NewFile {
  private NewFile() {}

  /**
   * Writes it, and returns where.
   *
   * @throws UsageException if something is there already: it may be a model
   */
  static URI write(Storage storage, String target, byte[] bytes) {
    URI file = Locations.uri(target);
    if (storage.exists(file)) {
      throw new UsageException(
          "Cannot write %s: expected no such file, found one; delete it or choose another"
              .formatted(Storage.describe(file)));
    }
    storage.overwrite(file, bytes);
    return file;
  }
}
