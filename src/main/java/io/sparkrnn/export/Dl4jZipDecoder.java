package io.sparkrnn.export;

import io.sparkrnn.dl4j.ConfigurationReader;
import io.sparkrnn.dl4j.UnsupportedNetworkException;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.storage.CorruptFileException;
import io.sparkrnn.storage.FileKind;
import io.sparkrnn.storage.FormatException;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
      ", whose normalisation inputs need before they come here; --ignore-normalizer leaves it out";

  private static final String CONFIGURATION = "configuration.json";
  private static final String PARAMETERS = "coefficients.bin";

  /** Its updater's state is not read; an updater starts anew with an imported model. */
  private static final String UPDATER = "updaterState.bin";

  private static final List<String> ENTRIES = List.of(CONFIGURATION, PARAMETERS, UPDATER);

  private static final int MAX_CONFIGURATION_BYTES = 1 << 20;

  /**
   * Parameters hardly deflate. So these take at most so many times the bytes of the zip, but for
   * small ones, and what inflates for ever ends before it takes memory.
   */
  private static final int MOST_INFLATED = 4;

  private static final int SMALL_BYTES = 1 << 20;

  /** Of ND4J's arrays. */
  private static final int MAX_SHAPE_LONGS = 70;

  private Dl4jZipDecoder() {}

  /** What becomes of a zip that says how inputs are to be normalised, which no model here does. */
  public enum Normalizer {
    REFUSED,
    /** Inputs are normalised by others. */
    IGNORED
  }

  /**
   * The model in a zip's bytes.
   *
   * @param where names the file in messages
   * @param timeSteps of the sequences that the network was trained on, which the zip does not say
   * @throws FormatException if it is damaged, or holds another network than {@code SimpleRnn} or
   *     {@code LSTM} layers, perhaps in a {@code Bidirectional}, under an {@code OutputLayer} or
   *     {@code RnnOutputLayer}
   */
  public static ModelFile decode(byte[] zip, String where, int timeSteps, Normalizer normalizer) {
    try {
      String configuration = configuration(zip, normalizer);
      RnnTopology topology = new ConfigurationReader(configuration).anyTopology(timeSteps);
      return new ModelFile(topology, parameters(zip, topology), Map.of());
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

  /** The configuration of a zip that has what is needed, and nothing else. */
  private static String configuration(byte[] zip, Normalizer normalizer) throws IOException {
    byte[] configuration = null;
    Set<String> found = new HashSet<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        String name = entry.getName();
        boolean ignored = normalizer == Normalizer.IGNORED && name.equals(NORMALIZER);
        if (!ENTRIES.contains(name) && !ignored) {
          throw new IllegalArgumentException(
              "expected no other entries than %s in a DL4J zip, found %s%s"
                  .formatted(
                      String.join(", ", ENTRIES),
                      quoted(name),
                      name.equals(NORMALIZER) ? WITHOUT_NORMALIZER : ""));
        }
        if (!found.add(name)) {
          throw new IllegalArgumentException("expected one entry %s, found two".formatted(name));
        }
        if (name.equals(CONFIGURATION)) {
          // One more byte tells a file that is too long, however far it would inflate.
          configuration = in.readNBytes(MAX_CONFIGURATION_BYTES + 1);
        } else {
          skip(in, name);
        }
      }
    }
    for (String needed : List.of(CONFIGURATION, PARAMETERS)) {
      if (!found.contains(needed)) {
        throw new IllegalArgumentException(
            "expected an entry %s of a DL4J zip, found none%s"
                .formatted(needed, found.isEmpty() ? kind(zip) : ""));
      }
    }
    if (configuration.length > MAX_CONFIGURATION_BYTES) {
      throw new IllegalArgumentException(
          "expected at most %d bytes of %s, found more"
              .formatted(MAX_CONFIGURATION_BYTES, CONFIGURATION));
    }
    return new String(configuration, StandardCharsets.UTF_8);
  }

  /** What it is in place of a zip, if that is known. */
  private static String kind(byte[] file) {
    byte[] beginning = Arrays.copyOf(file, Math.min(file.length, FileKind.BYTES));
    return beginning.length > 1 && beginning[0] == 'P' && beginning[1] == 'K'
        ? ""
        : FileKind.inBrackets(beginning);
  }

  private static void skip(ZipInputStream in, String name) throws IOException {
    if (in.skip(Integer.MAX_VALUE) == Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "expected less than 2 GiB of %s, found more".formatted(name));
    }
  }

  /** The parameters of a network, of which the zip must have all. */
  private static float[] parameters(byte[] zip, RnnTopology topology) throws IOException {
    long bytes = (long) Float.BYTES * topology.parameterCount();
    long most = Math.max(SMALL_BYTES, (long) MOST_INFLATED * zip.length);
    if (bytes > most) {
      throw new IllegalArgumentException(
          "expected %d bytes of parameters of %s, found a zip of %d bytes"
              .formatted(bytes, topology.summary(), zip.length));
    }
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      ZipEntry entry = in.getNextEntry();
      while (!entry.getName().equals(PARAMETERS)) {
        entry = in.getNextEntry();
      }
      return array(new BufferedInputStream(in), topology);
    }
  }

  private static String quoted(String text) {
    return '"' + (text.length() > 80 ? text.substring(0, 80) + "..." : text) + '"';
  }

  /**
   * An array of one row in ND4J's binary form, {@code org.nd4j.linalg.api.buffer.BaseDataBuffer}:
   * two buffers, the shape's longs {rank, sizes, strides, ...} and the values, each with the mode
   * of its allocation, its length and its type before it.
   */
  private static float[] array(InputStream from, RnnTopology topology) throws IOException {
    try (DataInputStream in = new DataInputStream(from)) {
      int longs = buffer(in, "LONG", MAX_SHAPE_LONGS);
      for (int i = 0; i < longs; i++) {
        in.readLong();
      }
      int count = topology.parameterCount();
      int found = buffer(in, "FLOAT", Integer.MAX_VALUE);
      if (found != count) {
        throw new IllegalArgumentException(
            "expected %d parameters of %s, found %d".formatted(count, topology.summary(), found));
      }
      float[] values = new float[count];
      for (int i = 0; i < count; i++) {
        values[i] = in.readFloat();
      }
      if (in.read() != -1) {
        throw new IllegalArgumentException("expected nothing after the values of " + PARAMETERS);
      }
      return values;
    } catch (EOFException e) {
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
