package io.sparkrnn.export;

import io.sparkrnn.export.OnnxModel.Attribute;
import io.sparkrnn.export.OnnxModel.Node;
import io.sparkrnn.export.OnnxModel.Tensor;
import io.sparkrnn.export.OnnxModel.Value;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads {@code onnx.proto}: of the fields of its messages those that decide about what a graph of
 * tensors computes. What holds bytes are views of the file.
 */
final class OnnxParser {
  /**
   * More than any network of layers has; a file of nothing but the smallest would be all objects.
   */
  private static final int MOST = 10_000;

  /** The oldest operator set that is read: axes have been inputs since. */
  private static final int OLDEST = 13;

  private OnnxParser() {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if it is none
   */
  static OnnxModel parse(ByteBuffer file) {
    String producer = "";
    Map<String, String> metadata = new LinkedHashMap<>();
    OnnxModel graph = null;
    ProtobufReader in = new ProtobufReader(file);
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 2 -> producer = in.text();
        case 7 -> graph = graph(in.message());
        case 8 -> requireNew(in.message());
        case 14 -> {
          Map.Entry<String, String> entry = entry(in.message());
          metadata.put(entry.getKey(), entry.getValue());
          requireFew(metadata.size());
        }
        case 25 -> throw new IllegalArgumentException("expected no functions, found some");
        default -> in.skip();
      }
    }
    if (graph == null) {
      throw new IllegalArgumentException("expected an ONNX file, found none: it has no graph");
    }
    return new OnnxModel(
        producer,
        metadata,
        graph.name(),
        graph.nodes(),
        graph.constants(),
        graph.inputs(),
        graph.outputs());
  }

  private static void requireNew(ProtobufReader in) {
    String domain = "";
    long version = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> domain = in.text();
        case 2 -> version = in.number();
        default -> in.skip();
      }
    }
    if (domain.isEmpty() && version < OLDEST) {
      throw new IllegalArgumentException(
          "expected operator set %d or a later one, found %d".formatted(OLDEST, version));
    }
  }

  private static void requireFew(int count) {
    if (count > MOST) {
      throw new IllegalArgumentException(
          "expected at most %d nodes, constants and texts each, found more".formatted(MOST));
    }
  }

  private static Map.Entry<String, String> entry(ProtobufReader in) {
    String key = "";
    String value = "";
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> key = in.text();
        case 2 -> value = in.text();
        default -> in.skip();
      }
    }
    return Map.entry(key, value);
  }

  private static OnnxModel graph(ProtobufReader in) {
    String name = "";
    List<Node> nodes = new ArrayList<>();
    Map<String, Tensor> constants = new HashMap<>();
    List<Value> inputs = new ArrayList<>();
    List<Value> outputs = new ArrayList<>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> nodes.add(node(in.message()));
        case 2 -> name = in.text();
        case 5 -> constant(in.message(), constants);
        case 11 -> inputs.add(value(in.message()));
        case 12 -> outputs.add(value(in.message()));
        case 15 -> throw new IllegalArgumentException("expected no sparse constants, found one");
        default -> in.skip();
      }
      requireFew(nodes.size() + constants.size() + inputs.size() + outputs.size());
    }
    // Older files have their constants among the inputs, too.
    inputs.removeIf(input -> constants.containsKey(input.name()));
    return new OnnxModel("", Map.of(), name, nodes, constants, inputs, outputs);
  }

  private static Node node(ProtobufReader in) {
    String name = "";
    String operator = "";
    String domain = "";
    List<String> inputs = new ArrayList<>();
    List<String> outputs = new ArrayList<>();
    Map<String, Attribute> attributes = new HashMap<>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> inputs.add(in.text());
        case 2 -> outputs.add(in.text());
        case 3 -> name = in.text();
        case 4 -> operator = in.text();
        case 5 -> attribute(in.message(), attributes);
        case 7 -> domain = in.text();
        default -> in.skip();
      }
      requireFew(inputs.size() + outputs.size());
    }
    boolean standard = domain.isEmpty() || domain.equals("ai.onnx");
    return new Node(
        name, standard ? operator : domain + "." + operator, inputs, outputs, attributes);
  }

  private static void attribute(ProtobufReader in, Map<String, Attribute> attributes) {
    String name = "";
    long number = 0;
    float real = 0;
    String text = "";
    List<Long> numbers = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    Tensor tensor = null;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> name = in.text();
        case 2 -> real = in.fixed();
        case 3 -> number = in.number();
        case 4 -> text = in.text();
        case 5 -> {
          Map<String, Tensor> only = new HashMap<>();
          constant(in.message(), only);
          tensor = only.values().iterator().next();
        }
        case 8 -> numbers(in, numbers);
        case 9 -> texts.add(in.text());
        default -> in.skip();
      }
      requireFew(texts.size());
    }
    attributes.put(name, new Attribute(number, real, text, numbers, texts, tensor));
  }

  private static void numbers(ProtobufReader in, List<Long> numbers) {
    if (!in.isPacked()) {
      numbers.add(in.number());
    } else {
      ProtobufReader packed = in.message();
      while (ProtobufReader.hasMore(packed)) {
        numbers.add(packed.packedNumber());
        requireFew(numbers.size());
      }
    }
    requireFew(numbers.size());
  }

  private static void constant(ProtobufReader in, Map<String, Tensor> constants) {
    String name = "";
    int type = 0;
    List<Long> sizes = new ArrayList<>();
    ByteBuffer raw = null;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> numbers(in, sizes);
        case 2 -> type = (int) in.number();
        case 4, 5, 7 -> raw = unpacked(in, field, raw);
        case 8 -> name = in.text();
        case 9 -> raw = in.bytes();
        case 13, 14 ->
            throw new IllegalArgumentException(
                "expected a file that holds its constants, found \"%s\" elsewhere".formatted(name));
        default -> in.skip();
      }
    }
    constants.put(
        name, new Tensor(type, sizes(name, type, sizes, raw), raw == null ? empty() : raw));
  }

  private static ByteBuffer empty() {
    return ByteBuffer.allocate(0);
  }

  /** As the bytes of a tensor what is in a field of numbers, packed or one of them. */
  private static ByteBuffer unpacked(ProtobufReader in, int field, ByteBuffer before) {
    if (field == 4 && in.isPacked()) {
      return in.bytes();
    }
    int each = field == 7 ? Long.BYTES : Integer.BYTES;
    List<Long> values = new ArrayList<>();
    if (field == 4) {
      values.add((long) Float.floatToRawIntBits(in.fixed()));
    } else {
      numbers(in, values);
    }
    int old = before == null ? 0 : before.remaining();
    requireFew(old / each + values.size());
    ByteBuffer all = ByteBuffer.allocate(old + each * values.size()).order(ByteOrder.LITTLE_ENDIAN);
    if (before != null) {
      all.put(before.duplicate());
    }
    values.forEach(
        value -> {
          if (each == Long.BYTES) {
            all.putLong(value);
          } else {
            all.putInt(value.intValue());
          }
        });
    return all.flip();
  }

  /** Checked against the bytes, so that nobody allocates what is not there. */
  private static List<Integer> sizes(String name, int type, List<Long> sizes, ByteBuffer raw) {
    long count = OnnxModel.bytesEach(type);
    for (long size : sizes) {
      if (size < 0 || size > Integer.MAX_VALUE || count > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "expected sizes of a constant, found %s of \"%s\"".formatted(sizes, name));
      }
      count *= size;
    }
    int found = raw == null ? 0 : raw.remaining();
    if ((type == OnnxModel.FLOAT || type == OnnxModel.INT32 || type == OnnxModel.INT64)
        && count != found) {
      throw new IllegalArgumentException(
          "expected %d bytes of the constant \"%s\" %s, found %d"
              .formatted(count, name, sizes, found));
    }
    return sizes.stream().map(Long::intValue).toList();
  }

  private static Value value(ProtobufReader in) {
    String name = "";
    int type = 0;
    List<Integer> sizes = new ArrayList<>();
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> name = in.text();
        case 2 -> {
          ProtobufReader kind = in.message();
          for (int inner = kind.next(); inner != 0; inner = kind.next()) {
            if (inner == 1) {
              type = tensorType(kind.message(), sizes);
            } else {
              kind.skip();
            }
          }
        }
        default -> in.skip();
      }
    }
    return new Value(name, type, sizes);
  }

  private static int tensorType(ProtobufReader in, List<Integer> sizes) {
    int type = 0;
    for (int field = in.next(); field != 0; field = in.next()) {
      switch (field) {
        case 1 -> type = (int) in.number();
        case 2 -> {
          ProtobufReader shape = in.message();
          for (int axis = shape.next(); axis != 0; axis = shape.next()) {
            sizes.add(size(shape.message()));
            requireFew(sizes.size());
          }
        }
        default -> in.skip();
      }
    }
    return type;
  }

  private static int size(ProtobufReader in) {
    int size = Value.FREE;
    for (int field = in.next(); field != 0; field = in.next()) {
      if (field == 1) {
        size = (int) Math.max(Value.FREE, Math.min(Integer.MAX_VALUE, in.number()));
      } else {
        in.skip();
      }
    }
    return size;
  }
}
