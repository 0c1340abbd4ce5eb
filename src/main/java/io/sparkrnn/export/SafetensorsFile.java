package io.sparkrnn.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.ParameterBlock;
import io.sparkrnn.model.Floats;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Models as safetensors under the names of PyTorch's {@code nn.RNN} and {@code nn.Linear}: {@code
 * rnn.weight_ih_l0 [unit][input]}, {@code rnn.weight_hh_l0 [unit][unit]}, {@code rnn.bias_ih_l0},
 * {@code rnn.bias_hh_l0 [unit]}, for each layer; {@code fc.weight [class][unit]}, {@code fc.bias
 * [class]}. PyTorch has two biases where we have one: the first is ours, the second zero, and
 * reading adds them.
 *
 * <p>The format is huggingface/safetensors' README: eight bytes of little-endian length, a JSON
 * header of that length, the tensors' bytes without holes. Data only, nothing in it is executed.
 */
public final class SafetensorsFile {
  /** The name of a topology that no file of ours names. */
  public static final String FOREIGN = "safetensors";

  static final String METADATA = "__metadata__";
  static final String TOPOLOGY = "spark-rnn.topology";
  static final String DTYPE = "dtype";
  static final String SHAPE = "shape";
  static final String OFFSETS = "data_offsets";

  private SafetensorsFile() {}

  /**
   * What a file from PyTorch does not say.
   *
   * @param timeSteps of the sequences that the network was trained on
   * @param activation of its recurrent layers
   */
  public record Missing(int timeSteps, Activation activation) {}

  /** One tensor. */
  record Tensor(List<Integer> shape, float[] values) {}

  /**
   * The file's bytes; equal models give equal bytes.
   *
   * @throws IllegalArgumentException for a model that is not plain
   */
  public static byte[] encode(ModelFile model) {
    if (!model.topology().network().isPlain()) {
      throw new IllegalArgumentException(
          "expected plain Elman layers under a softmax, found " + model.topology().summary());
    }
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (ParameterBlock block : model.topology().parameters()) {
      List<Integer> matrix = List.of(block.columns(), block.rows());
      List<Integer> bias = List.of(block.columns());
      switch (block.kind()) {
        case INPUT_WEIGHTS -> put(tensors, "rnn.weight_ih_l", model, block, matrix);
        case RECURRENT_WEIGHTS -> put(tensors, "rnn.weight_hh_l", model, block, matrix);
        case BIAS -> {
          put(tensors, "rnn.bias_ih_l", model, block, bias);
          tensors.put("rnn.bias_hh_l" + block.layer(), new Tensor(bias, new float[block.count()]));
        }
        case OUTPUT_WEIGHTS -> tensors.put("fc.weight", tensor(model, block, matrix));
        case OUTPUT_BIAS -> tensors.put("fc.bias", tensor(model, block, bias));
        // Not in plain networks.
        case EMBEDDING, RECURRENT_BIAS -> {}
      }
    }
    Map<String, String> metadata = new TreeMap<>(model.provenance());
    metadata.put("format", "pt");
    metadata.put(TOPOLOGY, model.topology().encode());
    return encode(tensors, metadata);
  }

  private static void put(
      Map<String, Tensor> tensors,
      String name,
      ModelFile model,
      ParameterBlock block,
      List<Integer> shape) {
    tensors.put(name + block.layer(), tensor(model, block, shape));
  }

  private static Tensor tensor(ModelFile model, ParameterBlock block, List<Integer> shape) {
    return new Tensor(shape, Arrays.copyOfRange(model.parameters(), block.offset(), block.end()));
  }

  private static byte[] encode(Map<String, Tensor> tensors, Map<String, String> metadata) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    ObjectNode about = header.putObject(METADATA);
    metadata.forEach(about::put);
    int end = 0;
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      ObjectNode json = header.putObject(entry.getKey()).put(DTYPE, "F32");
      ArrayNode sizes = json.putArray(SHAPE);
      entry.getValue().shape().forEach(sizes::add);
      int bytes = Math.multiplyExact(entry.getValue().values().length, Float.BYTES);
      json.putArray(OFFSETS).add(end).add(end += bytes);
    }
    String text = header.toString();
    // Spaces align the data, as the format recommends.
    int length = (text.getBytes(UTF_8).length + 7) / 8 * 8;
    byte[] json = Arrays.copyOf(text.getBytes(UTF_8), length);
    Arrays.fill(json, text.getBytes(UTF_8).length, length, (byte) ' ');
    ByteBuffer file =
        ByteBuffer.allocate(Math.addExact(Long.BYTES + length, end))
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(length)
            .put(json);
    tensors.values().forEach(tensor -> file.put(Floats.toBytes(tensor.values())));
    return file.array();
  }

  /**
   * The model in a file's bytes, ours or PyTorch's. The module names before {@code weight_ih_l0}
   * and {@code weight} may be any.
   *
   * @param where names the file in messages
   * @param missing what holds unless the file has been written by us
   * @throws FormatException if it is damaged, or holds another network than stacked {@code nn.RNN}
   *     layers of one direction under at most one {@code nn.Linear}
   */
  public static ModelFile decode(byte[] bytes, String where, Missing missing) {
    try {
      return new SafetensorsDecoder(bytes, where).model(missing);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(
          "Cannot read %s: %s".formatted(where, SafetensorsDecoder.oneLine(e.getMessage())));
    }
  }
}
