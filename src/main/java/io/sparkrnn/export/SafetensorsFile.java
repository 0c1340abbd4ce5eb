package io.sparkrnn.export;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.Floats;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Models as safetensors under the names of PyTorch's modules: {@code rnn.weight_ih_l0}, {@code
 * rnn.weight_hh_l0}, {@code rnn.bias_ih_l0}, {@code rnn.bias_hh_l0}, and with {@code _reverse} of
 * the other direction, for each layer of an {@code nn.RNN}, {@code nn.LSTM} or {@code nn.GRU};
 * {@code fc.weight}, {@code fc.bias}; {@code embedding.weight}, or of several channels {@code
 * embedding0.weight} and so on. Where we have one bias and PyTorch two, the first is ours, the
 * second zero, and reading adds them. What PyTorch's modules do not say is in the metadata.
 *
 * <p>The format is huggingface/safetensors' README: eight bytes of little-endian length, a JSON
 * header of that length, the tensors' bytes without holes. Data only, nothing in it is executed.
 */
public final class SafetensorsFile {
  /** The name of a topology that no file of ours names. */
  public static final String FOREIGN = "safetensors";

  static final String METADATA = "__metadata__";
  static final String TOPOLOGY = "spark-rnn.topology";
  static final String PREPARATION = "spark-rnn.preparation";
  static final String DTYPE = "dtype";
  static final String SHAPE = "shape";
  static final String OFFSETS = "data_offsets";

  private SafetensorsFile() {}

  /**
   * What a file from PyTorch does not say.
   *
   * @param timeSteps of the sequences that the network was trained on
   * @param activation of an {@code nn.RNN}
   * @param reads which states the linear layer reads
   * @param loss that its outputs are held against
   */
  public record Missing(int timeSteps, Activation activation, Reads reads, Loss loss) {
    /** A class of each sequence, from the last state. */
    public Missing(int timeSteps, Activation activation) {
      this(timeSteps, activation, Reads.LAST, Loss.softmax());
    }
  }

  /** The file's bytes; equal models give equal bytes. */
  public static byte[] encode(ModelFile model) {
    Map<String, String> metadata = new TreeMap<>(model.provenance());
    metadata.put("format", "pt");
    metadata.put(TOPOLOGY, model.topology().encode());
    model
        .preparation()
        .ifPresent(fitted -> metadata.put(PREPARATION, PreparationJson.encode(fitted)));
    return encode(TorchTensor.of(model.topology().network()), model.parameters(), metadata);
  }

  private static byte[] encode(
      List<TorchTensor> tensors, float[] parameters, Map<String, String> metadata) {
    ObjectNode header = JsonNodeFactory.instance.objectNode();
    ObjectNode about = header.putObject(METADATA);
    metadata.forEach(about::put);
    int end = 0;
    for (TorchTensor tensor : tensors) {
      ObjectNode json = header.putObject(tensor.name()).put(DTYPE, "F32");
      ArrayNode sizes = json.putArray(SHAPE);
      tensor.shape().forEach(sizes::add);
      int bytes = Math.multiplyExact(tensor.block().count(), Float.BYTES);
      json.putArray(OFFSETS).add(end).add(end = Math.addExact(end, bytes));
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
    tensors.forEach(tensor -> file.put(Floats.toBytes(tensor.values(parameters))));
    return file.array();
  }

  /**
   * The model in a file's bytes, ours or PyTorch's. The module names before {@code weight_ih_l0}
   * and {@code weight} may be any.
   *
   * @param where names the file in messages
   * @param missing what holds unless the file has been written by us
   * @throws FormatException if it is damaged, or holds what no network of ours is
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
