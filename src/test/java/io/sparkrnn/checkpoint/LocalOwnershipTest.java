package io.sparkrnn.checkpoint;

import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

class LocalOwnershipTest extends OwnershipContract {
  @TempDir private Path directory;

  private final Storage storage = Storage.of(Map.of());

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  URI run() {
    return Locations.uri(directory.resolve("runs/1").toString());
  }
}
