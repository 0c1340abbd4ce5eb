package io.sparkrnn.export;

import static io.sparkrnn.export.SafetensorsFile.DTYPE;
import static io.sparkrnn.export.SafetensorsFile.METADATA;
import static io.sparkrnn.export.SafetensorsFile.OFFSETS;
import static io.sparkrnn.export.SafetensorsFile.SHAPE;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.storage.FileKind;
import io.sparkrnn.storage.TruncatedFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the bytes of a safetensors file hold: metadata and tensors, whatever they mean. Messages are
 * without the file's name, but for truncated ones. It copies no tensor.
 */
final class SafetensorsContent {
  /** Of the format's own reader. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  /** {@code PK} and what follows in the first entry, little-endian. */
  private static final int ZIP = 0x04034B50;

  static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final ByteBuffer data;
  private final ObjectNode header;

  SafetensorsContent(byte[] bytes, String where) {
    ByteBuffer file = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (bytes.length < Long.BYTES) {
      throw truncated(where, Long.BYTES, bytes.length);
    }
    if (file.getInt(0) == ZIP) {
      throw new IllegalArgumentException(
          "expected safetensors, found a zip file, as torch.save (.pt) and DL4J write; safetensors.torch.save_file and --from dl4j are the ways here");
    }
    long length = file.getLong();
    if (length < 2 || length > MAX_HEADER_BYTES) {
      throw new IllegalArgumentException(
          "expected a safetensors header of 2 to %d bytes, found a length of %d%s"
              .formatted(
                  MAX_HEADER_BYTES,
                  length,
                  FileKind.inBrackets(
                      Arrays.copyOf(bytes, Math.min(bytes.length, FileKind.BYTES)))));
    }
    if (length > file.remaining()) {
      throw truncated(where, Long.BYTES + length, bytes.length);
    }
    byte[] json = new byte[(int) length];
    file.get(json);
    header = header(json);
    data = file.slice().order(ByteOrder.LITTLE_ENDIAN);
    requireNoHoles(where, bytes.length);
  }

  private static TruncatedFileException truncated(String where, long expected, long found) {
    return new TruncatedFileException(
        "Cannot read %s: expected at least %d bytes, found %d".formatted(where, expected, found));
  }

  private static ObjectNode header(byte[] json) {
    JsonNode read;
    try {
      read = JSON.readTree(new String(json, UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "expected a header in JSON, found " + e.getOriginalMessage(), e);
    }
    if (!(read instanceof ObjectNode object)) {
      throw new IllegalArgumentException(
          "expected a header that is a JSON object, found " + read.getNodeType());
    }
    return object;
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    header.fieldNames().forEachRemaining(names::add);
    names.remove(METADATA);
    return names;
  }

  private void requireNoHoles(String where, int fileBytes) {
    List<String> byPlace = names();
    byPlace.sort(Comparator.comparingLong(name -> offset(name, 0)));
    long end = 0;
    for (String name : byPlace) {
      long from = offset(name, 0);
      if (from != end || offset(name, 1) < from) {
        throw new IllegalArgumentException(
            "expected the tensor %s from byte %d of the data on, found bytes %d to %d"
                .formatted(name, end, from, offset(name, 1)));
      }
      end = offset(name, 1);
    }
    if (end > data.capacity()) {
      throw truncated(where, fileBytes + end - data.capacity(), fileBytes);
    }
    if (end < data.capacity()) {
      throw new IllegalArgumentException(
          "expected %d bytes of tensors, found %d".formatted(end, data.capacity()));
    }
  }

  private long offset(String name, int which) {
    JsonNode offset = header.path(name).path(OFFSETS).path(which);
    if (!offset.canConvertToLong() || !offset.isIntegralNumber() || offset.asLong() < 0) {
      throw new IllegalArgumentException(
          "expected two data_offsets of the tensor %s, found %s"
              .formatted(name, header.path(name).path(OFFSETS)));
    }
    return offset.asLong();
  }

  /** All of them, in the order of the header. */
  List<SafetensorsTensor> tensors() {
    return names().stream().map(this::tensor).toList();
  }

  private SafetensorsTensor tensor(String name) {
    JsonNode json = header.get(name);
    List<Integer> shape = new ArrayList<>();
    for (JsonNode size : json.path(SHAPE)) {
      if (!size.canConvertToInt() || size.asInt() < 1) {
        throw new IllegalArgumentException(
            "expected sizes of at least 1 of the tensor %s, found %s"
                .formatted(name, json.path(SHAPE)));
      }
      shape.add(size.asInt());
    }
    if (shape.isEmpty()) {
      throw new IllegalArgumentException(
          "expected a shape of the tensor %s, found %s".formatted(name, json.path(SHAPE)));
    }
    long count = 1;
    for (int size : shape) {
      count = Math.min(count * size, Integer.MAX_VALUE);
    }
    SafetensorsTensor.Type type = type(name, json.path(DTYPE).asText());
    long bytes = offset(name, 1) - offset(name, 0);
    if (bytes != count * type.bytes) {
      throw new IllegalArgumentException(
          "expected %d bytes of the tensor %s %s, found %d"
              .formatted(count * type.bytes, name, shape, bytes));
    }
    ByteBuffer values =
        data.slice((int) offset(name, 0), (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    return new SafetensorsTensor(name, type, shape, values);
  }

  private static SafetensorsTensor.Type type(String name, String found) {
    for (SafetensorsTensor.Type type : SafetensorsTensor.Type.values()) {
      if (type.name().equals(found)) {
        return type;
      }
    }
    throw new IllegalArgumentException(
        "expected the tensor %s of dtype F32, F16, BF16 or F64, found \"%s\"; PyTorch's .float() converts"
            .formatted(name, found));
  }

  /** By key. */
  Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    header
        .path(METADATA)
        .fields()
        .forEachRemaining(
            field -> {
              if (field.getValue().isTextual()) {
                metadata.put(field.getKey(), field.getValue().asText());
              }
            });
    return metadata;
  }
}
