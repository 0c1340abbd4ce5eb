package io.sparkrnn.export;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FormatException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A model as ONNX, for runtimes everywhere. Operators and field numbers are those of onnx.ai,
 * operator set 14, IR version 7. Rounding is that of the runtime.
 *
 * <p>The metadata has what the model was made with and, of all but plain networks of images, what
 * inputs and outputs mean: names of features and classes, and the vocabulary in the order of ids,
 * as JSON. Beside them are topology and preparation as our own files have them.
 */
public final class OnnxFile {
  private static final int IR_VERSION = 7;
  private static final int OPERATOR_SET = 14;

  /** The name of a topology that no file of ours names. */
  public static final String FOREIGN = "onnx";

  /** How the names of our own metadata begin. */
  static final String OURS = "spark-rnn.";

  static final String TOPOLOGY = OURS + "topology";
  static final String PREPARATION = OURS + "preparation";

  private OnnxFile() {}

  /**
   * The file's bytes; equal models give equal bytes.
   *
   * @throws IllegalArgumentException for a model without an output layer, which predicts nothing
   */
  public static byte[] encode(ModelFile model, String producerVersion) {
    if (!model.topology().trainable()) {
      throw new IllegalArgumentException(
          "expected a model with an output layer, found " + model.topology().summary());
    }
    ProtobufMessage file =
        new ProtobufMessage()
            .number(1, IR_VERSION)
            .text(2, "spark-rnn")
            .text(3, producerVersion)
            .message(7, graph(model).message())
            .message(8, new ProtobufMessage().text(1, "").number(2, OPERATOR_SET));
    metadata(model)
        .forEach(
            (name, value) -> file.message(14, new ProtobufMessage().text(1, name).text(2, value)));
    return file.toBytes();
  }

  /**
   * The model in a file's bytes, ours or another program's.
   *
   * @param where names the file in messages
   * @param timeSteps of the longest sequence, where the file does not say
   * @throws FormatException if it is damaged, or holds another graph than an embedding at most,
   *     recurrent layers, one dense layer and a softmax or a logistic function at most
   */
  public static ModelFile decode(byte[] bytes, String where, int timeSteps) {
    try {
      return OnnxDecoder.model(OnnxParser.parse(ByteBuffer.wrap(bytes)), bytes.length, timeSteps);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          "Cannot read %s: %s".formatted(where, SafetensorsDecoder.oneLine(e.getMessage())));
    }
  }

  private static boolean isPlain(ModelFile model) {
    return model.topology().network().isPlain() && model.preparation().isEmpty();
  }

  static OnnxGraph graph(ModelFile model) {
    return isPlain(model) ? OnnxPlain.graph(model) : OnnxNetwork.graph(model);
  }

  private static Map<String, String> metadata(ModelFile model) {
    Map<String, String> metadata = new TreeMap<>(model.provenance());
    if (isPlain(model)) {
      return metadata;
    }
    metadata.put(TOPOLOGY, model.topology().encode());
    model
        .preparation()
        .ifPresent(
            fitted -> {
              metadata.put(PREPARATION, fitted.encode());
              put(metadata, "features", fitted.features());
              put(metadata, "series", List.copyOf(fitted.series().keySet()));
              put(metadata, "classes", fitted.classes());
              if (fitted.vocabulary().size() > 0) {
                List<String> tokens = new ArrayList<>(List.of("", ""));
                tokens.addAll(fitted.vocabulary().tokens());
                put(metadata, "vocabulary", tokens);
                metadata.put(OURS + "vocabulary.unit", fitted.vocabulary().unit().toString());
              }
            });
    return metadata;
  }

  private static void put(Map<String, String> metadata, String name, List<String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      texts.forEach(array::add);
      metadata.put(OURS + name, array.toString());
    }
  }
}
