package io.sparkrnn.export;

import static io.sparkrnn.export.SafetensorsFile.DTYPE;
import static io.sparkrnn.export.SafetensorsFile.METADATA;
import static io.sparkrnn.export.SafetensorsFile.OFFSETS;
import static io.sparkrnn.export.SafetensorsFile.SHAPE;
import static io.sparkrnn.export.SafetensorsFile.TOPOLOGY;
import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.export.SafetensorsFile.Tensor;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.ParameterBlock.Kind;
import io.sparkrnn.kernel.ParameterLayout;
import io.sparkrnn.model.Floats;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.TruncatedFileException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads one safetensors file; messages are without its name, but for truncated ones. */
final class SafetensorsDecoder {
  /** Of the format's own reader. */
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final int MAX_MESSAGE = 300;

  /** {@code PK} and what follows in the first entry, little-endian. */
  private static final int ZIP = 0x04034B50;

  private static final Pattern RECURRENT =
      Pattern.compile("(.*?)(weight|bias)_(ih|hh)(?:_l(\\d{1,3}))?");
  private static final Pattern DENSE = Pattern.compile("(.*?)(weight|bias)");

  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private final ByteBuffer data;
  private final ObjectNode header;

  SafetensorsDecoder(byte[] bytes, String where) {
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
          "expected a safetensors header of 2 to %d bytes, found a length of %d"
              .formatted(MAX_HEADER_BYTES, length));
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

  private Tensor tensor(String name) {
    JsonNode json = header.get(name);
    if (!json.path(DTYPE).asText().equals("F32")) {
      throw new IllegalArgumentException(
          "expected the tensor %s of dtype F32, found %s; PyTorch's .float() converts"
              .formatted(name, json.path(DTYPE)));
    }
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
    long bytes = offset(name, 1) - offset(name, 0);
    if (bytes != count * Float.BYTES) {
      throw new IllegalArgumentException(
          "expected %d bytes of the tensor %s %s, found %d"
              .formatted(count * Float.BYTES, name, shape, bytes));
    }
    byte[] slice = new byte[(int) bytes];
    data.get((int) offset(name, 0), slice);
    return new Tensor(shape, Floats.fromBytes(slice));
  }

  ModelFile model(SafetensorsFile.Missing missing) {
    List<Map<String, Tensor>> layers = new ArrayList<>();
    Map<String, Tensor> dense = new TreeMap<>();
    String recurrentModule = null;
    String denseModule = null;
    for (String name : names()) {
      Matcher recurrent = RECURRENT.matcher(name);
      Matcher output = DENSE.matcher(name);
      if (recurrent.matches()) {
        recurrentModule = same(recurrentModule, recurrent.group(1), name);
        int layer = recurrent.group(4) == null ? 0 : Integer.parseInt(recurrent.group(4));
        while (layers.size() <= layer) {
          layers.add(new TreeMap<>());
        }
        String kind = recurrent.group(2) + "_" + recurrent.group(3);
        if (layers.get(layer).put(kind, tensor(name)) != null) {
          throw new IllegalArgumentException(
              "expected one tensor %s of layer %d, found %s, too".formatted(kind, layer, name));
        }
      } else if (output.matches()) {
        denseModule = same(denseModule, output.group(1), name);
        dense.put(output.group(2), tensor(name));
      } else {
        throw new IllegalArgumentException(
            "expected tensors of one nn.RNN and one nn.Linear, found " + name);
      }
    }
    return model(layers, dense, missing);
  }

  private static String same(String module, String found, String name) {
    if (module != null && !module.equals(found)) {
      throw new IllegalArgumentException(
          "expected one nn.RNN and one nn.Linear, found %s beside another of %s"
              .formatted(name, module));
    }
    return found;
  }

  private ModelFile model(
      List<Map<String, Tensor>> layers,
      Map<String, Tensor> dense,
      SafetensorsFile.Missing missing) {
    List<Integer> hidden = new ArrayList<>();
    int inputs = 0;
    for (int l = 0; l < layers.size(); l++) {
      Tensor weights = required(layers.get(l), "weight_ih", "weight_ih_l" + l);
      Tensor recurrence = required(layers.get(l), "weight_hh", "weight_hh_l" + l);
      int units = recurrence.shape().get(recurrence.shape().size() - 1);
      int below = weights.shape().get(weights.shape().size() - 1);
      int rows = recurrence.shape().get(0);
      if (rows == 4 * units || rows == 3 * units) {
        throw new IllegalArgumentException(
            "expected an nn.RNN, found an nn.%s: weight_hh_l%d is %s"
                .formatted(rows == 4 * units ? "LSTM" : "GRU", l, recurrence.shape()));
      }
      require(recurrence, "weight_hh_l" + l, units, units);
      require(weights, "weight_ih_l" + l, units, l == 0 ? below : hidden.get(l - 1));
      inputs = l == 0 ? below : inputs;
      hidden.add(units);
    }
    if (hidden.isEmpty()) {
      throw new IllegalArgumentException("expected tensors of an nn.RNN, found none");
    }
    int top = hidden.get(hidden.size() - 1);
    int classes = 0;
    if (!dense.isEmpty()) {
      Tensor weights = required(dense, "weight", "weight of the nn.Linear");
      classes = weights.shape().get(0);
      require(weights, "weight of the nn.Linear", classes, top);
    }
    RnnTopology topology =
        topology(Network.elman(missing.timeSteps(), inputs, hidden, missing.activation(), classes));
    ParameterLayout layout = topology.network().layout();
    float[] parameters = new float[topology.parameterCount()];
    for (int l = 0; l < hidden.size(); l++) {
      Map<String, Tensor> layer = layers.get(l);
      put(layer.get("weight_ih"), parameters, layout.block(l, Kind.INPUT_WEIGHTS).offset());
      put(layer.get("weight_hh"), parameters, layout.block(l, Kind.RECURRENT_WEIGHTS).offset());
      float[] first = bias(layer.get("bias_ih"), "bias_ih_l" + l, hidden.get(l));
      float[] second = bias(layer.get("bias_hh"), "bias_hh_l" + l, hidden.get(l));
      int at = layout.block(l, Kind.BIAS).offset();
      for (int i = 0; i < first.length; i++) {
        parameters[at + i] = first[i] + second[i];
      }
    }
    if (classes > 0) {
      put(dense.get("weight"), parameters, layout.block(Kind.OUTPUT_WEIGHTS).offset());
      float[] bias = bias(dense.get("bias"), "bias of the nn.Linear", classes);
      System.arraycopy(bias, 0, parameters, layout.block(Kind.OUTPUT_BIAS).offset(), classes);
    }
    return new ModelFile(topology, parameters, provenance());
  }

  private static Tensor required(Map<String, Tensor> layer, String key, String name) {
    if (!layer.containsKey(key)) {
      throw new IllegalArgumentException("expected a tensor " + name + ", found none");
    }
    return layer.get(key);
  }

  private static void require(Tensor tensor, String name, int... shape) {
    if (!tensor.shape().equals(Arrays.stream(shape).boxed().toList())) {
      throw new IllegalArgumentException(
          "expected the tensor %s to be %s, found %s"
              .formatted(name, Arrays.toString(shape), tensor.shape()));
    }
  }

  private static void put(Tensor tensor, float[] parameters, int offset) {
    System.arraycopy(tensor.values(), 0, parameters, offset, tensor.values().length);
  }

  /** Zeros for modules without. */
  private static float[] bias(Tensor tensor, String name, int size) {
    if (tensor == null) {
      return new float[size];
    }
    require(tensor, name, size);
    return tensor.values();
  }

  /** What we wrote into the file, if it was us; else what was found. */
  private RnnTopology topology(Network found) {
    JsonNode written = header.path(METADATA).path(TOPOLOGY);
    if (!written.isTextual()) {
      return new RnnTopology(SafetensorsFile.FOREIGN, found);
    }
    RnnTopology topology = RnnTopology.decode(written.asText());
    Network network = topology.network();
    if (!network.isPlain()
        || network.inputSize() != found.inputSize()
        || !network.hidden().equals(found.hidden())
        || network.classes() != found.classes()) {
      throw new IllegalArgumentException(
          "expected tensors of %s, found those of %s"
              .formatted(topology.summary(), new RnnTopology(topology.name(), found).summary()));
    }
    return topology;
  }

  private Map<String, String> provenance() {
    Map<String, String> lines = new TreeMap<>();
    header
        .path(METADATA)
        .fields()
        .forEachRemaining(
            field -> {
              String value = field.getValue().asText();
              if (!field.getKey().equals(TOPOLOGY)
                  && !field.getKey().contains("=")
                  && (field.getKey() + value).chars().noneMatch(Character::isISOControl)) {
                lines.put(field.getKey(), value);
              }
            });
    return lines;
  }

  /** What a file says, as far as it has room in one line of a message. */
  static String oneLine(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() > MAX_MESSAGE ? line.substring(0, MAX_MESSAGE) + "..." : line;
  }
}
