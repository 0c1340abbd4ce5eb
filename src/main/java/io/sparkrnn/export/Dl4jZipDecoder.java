package io.sparkrnn.export;

import io.sparkrnn.dl4j.ConfigurationReader;
import io.sparkrnn.dl4j.UnsupportedNetworkException;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FileKind;
import io.sparkrnn.storage.FormatException;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
  private static final String NORMALIZER = "normalizer.bin";
  private static final String WITHOUT_NORMALIZER =
      ", whose normalisation inputs need before they come here; zip -d FILE normalizer.bin leaves it out";

  private static final String CONFIGURATION = "configuration.json";
  private static final String PARAMETERS = "coefficients.bin";

  /** Its updater's state is not read; an updater starts anew with an imported model. */
  private static final String UPDATER = "updaterState.bin";

  private static final int MAX_CONFIGURATION_BYTES = 1 << 20;
  private static final int MAX_PARAMETER_BYTES = 1 << 30;

  private Dl4jZipDecoder() {}

  /**
   * The model in a zip's bytes.
   *
   * @param where names the file in messages
   * @param timeSteps of the sequences that the network was trained on, which the zip does not say
   * @throws FormatException if it is damaged, or holds another network than {@code SimpleRnn} or
   *     {@code LSTM} layers, perhaps in a {@code Bidirectional}, under an {@code OutputLayer} or
   *     {@code RnnOutputLayer}
   */
  public static ModelFile decode(byte[] zip, String where, int timeSteps) {
    try {
      Map<String, byte[]> entries = entries(zip);
      String configuration = new String(entries.get(CONFIGURATION), StandardCharsets.UTF_8);
      RnnTopology topology = new ConfigurationReader(configuration).anyTopology(timeSteps);
      float[] parameters = array(entries.get(PARAMETERS));
      if (parameters.length != topology.parameterCount()) {
        throw new IllegalArgumentException(
            "expected %d parameters of %s, found %d"
                .formatted(topology.parameterCount(), topology.summary(), parameters.length));
      }
      return new ModelFile(topology, parameters, Map.of());
    } catch (UnsupportedNetworkException e) {
      throw corrupt(where, e.difference());
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
                      "expected no other entries than %s, %s and %s in a DL4J zip, found %s%s"
                          .formatted(
                              CONFIGURATION,
                              PARAMETERS,
                              UPDATER,
                              quoted(name),
                              name.equals(NORMALIZER) ? WITHOUT_NORMALIZER : ""));
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
            "expected an entry %s of a DL4J zip, found none%s"
                .formatted(needed, entries.isEmpty() ? kind(zip) : ""));
      }
    }
    return entries;
  }

  /** What it is in place of a zip, if that is known. */
  private static String kind(byte[] file) {
    byte[] beginning = Arrays.copyOf(file, Math.min(file.length, FileKind.BYTES));
    return beginning.length > 1 && beginning[0] == 'P' && beginning[1] == 'K'
        ? ""
        : FileKind.inBrackets(beginning);
  }

  private static byte[] skip(ZipInputStream in) throws IOException {
    if (in.skip(Integer.MAX_VALUE) == Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected less than 2 GiB of %s, found more".formatted(UPDATER));
    }
    return new byte[0];
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
