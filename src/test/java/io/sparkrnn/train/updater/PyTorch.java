package io.sparkrnn.train.updater;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** What {@code src/bench/python/updater_peer.py} has recorded of PyTorch. */
final class PyTorch {
  static final double RATE = 0.01;
  static final double WEIGHT_DECAY = 0.1;

  private PyTorch() {}

  static JsonNode recorded() {
    try (InputStream json = PyTorch.class.getResourceAsStream("pytorch.json")) {
      return new ObjectMapper().readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static float[] floats(JsonNode numbers) {
    float[] floats = new float[numbers.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) numbers.path(i).asDouble();
    }
    return floats;
  }
}
