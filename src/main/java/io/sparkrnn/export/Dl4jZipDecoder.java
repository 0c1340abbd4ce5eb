package io.sparkrnn.export;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.NetworkShape;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FormatException;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/**
 * Reads models that DL4J's {@code ModelSerializer} has written, as data: neither DL4J, nor ND4J,
 * nor Java's serialization takes part, and the class names in the configuration are compared, never
 * loaded. Whatever is not known to leave the network's outputs as ours are is refused by name.
 */
public final class Dl4jZipDecoder {
  private static final String CONFIGURATION = "configuration.json";
  private static final String PARAMETERS = "coefficients.bin";

  /** Its updater's state is not read; an updater starts anew with an imported model. */
  private static final String UPDATER = "updaterState.bin";

  private static final int MAX_CONFIGURATION_BYTES = 1 << 20;
  private static final int MAX_PARAMETER_BYTES = 1 << 30;

  private static final String LAYERS = "org.deeplearning4j.nn.conf.layers.";
  private static final Map<String, Activation> ACTIVATIONS =
      Map.of(
          "org.nd4j.linalg.activations.impl.ActivationTanH", Activation.TANH,
          "org.nd4j.linalg.activations.impl.ActivationReLU", Activation.RELU);

  private Dl4jZipDecoder() {}

  /**
   * The model in a zip's bytes.
   *
   * @param where names the file in messages
   * @param timeSteps of the sequences that the network was trained on, which the zip does not say
   * @throws FormatException if it is damaged, or holds another network than {@code SimpleRnn}
   *     layers, the top one in a {@code LastTimeStep}, under a softmax {@code OutputLayer}
   */
  public static ModelFile decode(byte[] zip, String where, int timeSteps) {
    try {
      Map<String, byte[]> entries = entries(zip);
      RnnTopology topology = topology(json(entries.get(CONFIGURATION)), timeSteps);
      float[] parameters = array(entries.get(PARAMETERS));
      if (parameters.length != topology.parameterCount()) {
        throw new IllegalArgumentException(
            "expected %d parameters of %s, found %d"
                .formatted(topology.parameterCount(), topology.summary(), parameters.length));
      }
      return new ModelFile(topology, parameters, Map.of());
    } catch (IllegalArgumentException e) {
      throw corrupt(where, String.valueOf(e.getMessage()));
    } catch (IOException e) {
      String found = e.getMessage() == null ? "its end" : e.getMessage();
      throw corrupt(where, "expected a whole DL4J zip, found " + found);
    }
  }

  private static CorruptFileException corrupt(String where, String problem) {
    return new CorruptFileException(
        "Cannot read %s: %s".formatted(where, SafetensorsDecoder.oneLine(problem)));
  }

  private static Map<String, byte[]> entries(byte[] zip) throws IOException {
    Map<String, byte[]> entries = new HashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        String name = entry.getName();
        int most =
            switch (name) {
              case CONFIGURATION -> MAX_CONFIGURATION_BYTES;
              case PARAMETERS -> MAX_PARAMETER_BYTES;
              case UPDATER -> Integer.MAX_VALUE;
              default ->
                  throw new IllegalArgumentException(
                      "expected no other entries than %s, %s and %s in a DL4J zip, found %s"
                          .formatted(CONFIGURATION, PARAMETERS, UPDATER, quoted(name)));
            };
        // One more byte tells a file that is too long, however far it would inflate.
        byte[] content = name.equals(UPDATER) ? skip(in) : in.readNBytes(most + 1);
        if (content.length > most) {
          throw new IllegalArgumentException(
              "expected at most %d bytes of %s, found more".formatted(most, name));
        }
        if (entries.put(name, content) != null) {
          throw new IllegalArgumentException("expected one entry %s, found two".formatted(name));
        }
      }
    }
    for (String needed : List.of(CONFIGURATION, PARAMETERS)) {
      if (!entries.containsKey(needed)) {
        throw new IllegalArgumentException(
            "expected an entry %s of a DL4J zip, found none".formatted(needed));
      }
    }
    return entries;
  }

  private static byte[] skip(ZipInputStream in) throws IOException {
    if (in.skip(Integer.MAX_VALUE) == Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected less than 2 GiB of %s, found more".formatted(UPDATER));
    }
    return new byte[0];
  }

  private static JsonNode json(byte[] bytes) {
    try {
      return new ObjectMapper().readTree(new String(bytes, StandardCharsets.UTF_8));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "expected JSON in %s, found %s".formatted(CONFIGURATION, e.getOriginalMessage()), e);
    }
  }

  private static RnnTopology topology(JsonNode configuration, int timeSteps) {
    JsonNode confs = configuration.path("confs");
    int top = confs.size() - 1;
    if (top < 1) {
      throw new IllegalArgumentException(
          "expected at least 2 layers in confs, found " + confs.size());
    }
    if (!configuration.path("inputPreProcessors").isEmpty()) {
      throw new IllegalArgumentException(
          "expected no inputPreProcessors, found "
              + quoted(configuration.path("inputPreProcessors").toString()));
    }
    List<Integer> hidden = new ArrayList<>();
    Activation activation = null;
    int inputs = size(confs.path(0), top == 1 ? "/layer/underlying/nin" : "/layer/nin");
    int below = inputs;
    for (int l = 0; l < top; l++) {
      JsonNode layer = confs.path(l).path("layer");
      String where = "layer " + l;
      if (l == top - 1) {
        require(where, LAYERS + "recurrent.LastTimeStep", layer.path("@class"));
        layer = layer.path("underlying");
      }
      require(where, LAYERS + "recurrent.SimpleRnn", layer.path("@class"));
      require(where + " hasLayerNorm", "false", layer.path("hasLayerNorm"));
      require(where + " nin", String.valueOf(below), layer.path("nin"));
      Activation found = ACTIVATIONS.get(layer.at("/activationFn/@class").asText());
      if (found == null || (activation != null && activation != found)) {
        throw new IllegalArgumentException(
            "expected ActivationTanH or ActivationReLU in all recurrent layers, found %s in layer %d"
                .formatted(quoted(layer.at("/activationFn/@class").asText()), l));
      }
      activation = found;
      below = size(layer, "/nout");
      hidden.add(below);
    }
    JsonNode output = confs.path(top).path("layer");
    String where = "layer " + top;
    require(where, LAYERS + "OutputLayer", output.path("@class"));
    require(where + " hasBias", "true", output.path("hasBias"));
    require(where + " nin", String.valueOf(below), output.path("nin"));
    require(
        where + " activationFn",
        "org.nd4j.linalg.activations.impl.ActivationSoftmax",
        output.at("/activationFn/@class"));
    return new RnnTopology(
        "dl4j", new NetworkShape(timeSteps, inputs, hidden, activation, size(output, "/nout")));
  }

  private static void require(String where, String expected, JsonNode found) {
    if (!found.asText().equals(expected)) {
      throw new IllegalArgumentException(
          "expected %s to be %s, found %s".formatted(where, expected, quoted(found.asText())));
    }
  }

  private static int size(JsonNode node, String pointer) {
    JsonNode size = node.at(pointer);
    if (!size.isInt() || size.asInt() < 1) {
      throw new IllegalArgumentException(
          "expected a number of at least 1 at %s of the configuration, found %s"
              .formatted(pointer, quoted(size.toString())));
    }
    return size.asInt();
  }

  private static String quoted(String text) {
    return '"' + (text.length() > 80 ? text.substring(0, 80) + "..." : text) + '"';
  }

  /**
   * An array of one row in ND4J's binary form, {@code org.nd4j.linalg.api.buffer.BaseDataBuffer}:
   * two buffers, the shape's longs {rank, sizes, strides, ...} and the values, each with the mode
   * of its allocation, its length and its type before it.
   */
  private static float[] array(byte[] bytes) throws IOException {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int longs = buffer(in, "LONG", bytes.length / Long.BYTES);
      for (int i = 0; i < longs; i++) {
        in.readLong();
      }
      float[] values = new float[buffer(in, "FLOAT", bytes.length / Float.BYTES)];
      for (int i = 0; i < values.length; i++) {
        values[i] = in.readFloat();
      }
      if (in.read() != -1) {
        throw new IllegalArgumentException("expected nothing after the values of " + PARAMETERS);
      }
      return values;
    } catch (java.io.EOFException e) {
      throw new IllegalArgumentException(
          "expected the values of %s, found its end".formatted(PARAMETERS), e);
    }
  }

  private static int buffer(DataInputStream in, String type, int most) throws IOException {
    in.readUTF();
    long length = in.readLong();
    String found = in.readUTF();
    if (!found.equals(type) || length < 0 || length > most) {
      throw new IllegalArgumentException(
          "expected at most %d values of type %s in %s, found %d of type %s"
              .formatted(most, type, PARAMETERS, length, quoted(found)));
    }
    return (int) length;
  }
}
