package io.sparkrnn.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.sparkrnn.Mutations;
import io.sparkrnn.export.Dl4jZipDecoder.Normalizer;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.storage.FormatException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectOutputStream;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Dl4jZipDecoderTest {
  private static final String CONFIGURATION = "configuration.json";
  private static final String PARAMETERS = "coefficients.bin";
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Written by DL4J 1.0.0-M2: 5 x 2 -> 3 -> 2 tanh -> 2, parameters -3, -2.5, -2, ... */
  private static byte[] golden() throws IOException {
    return resource("model-dl4j.zip");
  }

  /** Likewise: 5 x 2 -> LSTM 2 -> 2, both ways, softmax of the last states, parameters -3, ... */
  private static byte[] lstm() throws IOException {
    return resource("model-dl4j-lstm.zip");
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = Dl4jZipDecoderTest.class.getResourceAsStream(name)) {
      assertThat(in).isNotNull();
      return in.readAllBytes();
    }
  }

  private static Map<String, byte[]> entries() throws IOException {
    return entries(golden());
  }

  private static Map<String, byte[]> entries(byte[] zip) throws IOException {
    Map<String, byte[]> entries = new LinkedHashMap<>();
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        entries.put(entry.getName(), in.readAllBytes());
      }
    }
    return entries;
  }

  private static byte[] zip(Map<String, byte[]> entries) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
        out.putNextEntry(new ZipEntry(entry.getKey()));
        out.write(entry.getValue());
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] with(String name, byte[] content) throws IOException {
    Map<String, byte[]> entries = entries();
    entries.put(name, content);
    return zip(entries);
  }

  private static byte[] configured(String from, String to) throws IOException {
    String configuration = new String(entries().get(CONFIGURATION), UTF_8);
    assertThat(configuration).contains(from);
    return with(CONFIGURATION, configuration.replace(from, to).getBytes(UTF_8));
  }

  private static ModelFile decode(byte[] zip) {
    return Dl4jZipDecoder.decode(zip, "x.zip", 5, Normalizer.REFUSED);
  }

  private static void assertRefused(byte[] zip, String... words) {
    assertThatThrownBy(() -> decode(zip))
        .isInstanceOf(FormatException.class)
        .hasMessageStartingWith("Cannot read x.zip: expected ")
        .satisfies(e -> assertThat(e.getMessage()).contains(words).hasSizeLessThan(400));
  }

  @Test
  void theGoldenFileIsRead() throws IOException {
    ModelFile read = decode(golden());
    assertThat(read.topology().network())
        .isEqualTo(Network.elman(5, 2, List.of(3, 2), Activation.TANH, 2));
    for (int i = 0; i < read.parameters().length; i++) {
      assertThat(read.parameters()[i]).isEqualTo(i * 0.5f - 3);
    }
  }

  @Test
  void lstmInBothDirectionsIsRead() throws IOException {
    ModelFile read = decode(lstm());
    assertThat(read.topology().summary()).isEqualTo("5 x 2 -> lstm 2 both -> lstm 2 both -> 2");
    for (int i = 0; i < read.parameters().length; i++) {
      assertThat(read.parameters()[i]).isEqualTo(i * 0.5f - 3);
    }
  }

  @Test
  void otherLayersAreNamed() throws IOException {
    String configuration = new String(entries(lstm()).get(CONFIGURATION), UTF_8);
    for (String[] change :
        new String[][] {
          {"layers.LSTM", "layers.GravesLSTM", "GravesLSTM"},
          {"CONCAT", "ADD", "mode ADD"},
          {"ActivationSigmoid", "ActivationHardSigmoid", "ActivationSigmoid"},
          {"LossMCXENT", "LossHinge", "LossHinge"},
          {"recurrent.LastTimeStep", "recurrent.MaskZeroLayer", "MaskZeroLayer"},
          {"layers.OutputLayer", "layers.RnnOutputLayer", "LastTimeStep"}
        }) {
      assertThat(configuration).contains(change[0]);
      Map<String, byte[]> entries = entries(lstm());
      entries.put(CONFIGURATION, configuration.replace(change[0], change[1]).getBytes(UTF_8));
      assertRefused(zip(entries), change[2]);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "preprocessor.bin",
        "normalizer.bin",
        "noParams.marker",
        "../../etc/cron.d/x",
        "/configuration.json",
        "objects.ser"
      })
  void otherEntriesAreRefusedUnread(String name) throws IOException {
    ByteArrayOutputStream object = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(object)) {
      out.writeObject(new LoadedByAccident());
    }
    LoadedByAccident.read = false;
    assertRefused(with(name, object.toByteArray()), "no other entries", name);
    assertThat(LoadedByAccident.read).isFalse();
    // Nor is an object an array of parameters.
    assertRefused(with(PARAMETERS, object.toByteArray()), PARAMETERS);
    assertThat(LoadedByAccident.read).isFalse();
  }

  @Test
  void aNormalizerMayBeIgnored() throws IOException {
    byte[] zip = with("normalizer.bin", new byte[] {1, 2, 3});
    assertRefused(zip, "no other entries", "--ignore-normalizer leaves it out");
    ModelFile read = Dl4jZipDecoder.decode(zip, "x.zip", 5, Normalizer.IGNORED);
    assertThat(read.computesAs(decode(golden()))).isTrue();
    assertThatThrownBy(
            () ->
                Dl4jZipDecoder.decode(
                    with("preprocessor.bin", new byte[1]), "x.zip", 5, Normalizer.IGNORED))
        .isInstanceOf(FormatException.class)
        .hasMessageContaining("preprocessor.bin");
  }

  /** What an attacker would put on the class path, or find there. */
  private static final class LoadedByAccident implements java.io.Serializable {
    private static final long serialVersionUID = 1L;
    private static boolean read;

    private void readObject(java.io.ObjectInputStream in)
        throws IOException, ClassNotFoundException {
      in.defaultReadObject();
      read = true;
    }
  }

  @Test
  void whatInflatesForEverIsRefused() throws IOException {
    byte[] bomb = with(CONFIGURATION, new byte[100 << 20]);
    assertThat(bomb).hasSizeLessThan(1 << 20);
    assertRefused(bomb, "at most 1048576 bytes of configuration.json, found more");
  }

  @Test
  void classesAreComparedNotLoaded() throws IOException {
    assertRefused(
        configured(
            "org.deeplearning4j.nn.conf.layers.recurrent.SimpleRnn", "javax.swing.JEditorPane"),
        "SimpleRnn",
        "javax.swing.JEditorPane");
    assertRefused(configured("SimpleRnn", "LSTM"), "found", "LSTM");
    assertRefused(configured("ActivationTanH", "ActivationCube"), "ActivationCube");
    assertRefused(
        configured("ActivationTanH\"", "ActivationReLU\", \"max\" : 6.0"),
        "a plain ActivationReLU");
    assertRefused(configured("ActivationSoftmax", "ActivationSigmoid"), "ActivationSigmoid");
    assertRefused(configured("conf.layers.OutputLayer", "conf.layers.LossLayer"), "LossLayer");
    assertRefused(configured("recurrent.LastTimeStep", "recurrent.Bidirectional"), "LastTimeStep");
    assertRefused(
        configured("\"hasLayerNorm\" : false", "\"hasLayerNorm\" : true"), "hasLayerNorm");
    assertRefused(configured("\"hasBias\" : true", "\"hasBias\" : false"), "hasBias");
    assertRefused(
        configured("\"inputPreProcessors\" : { }", "\"inputPreProcessors\" : {\"0\": {}}"),
        "inputPreProcessors");
    assertRefused(configured("\"nout\" : 3", "\"nout\" : 4"), "nIn 4, found nIn 3 in layer 1");
    assertRefused(configured("\"nout\" : 3", "\"nout\" : -3"), "a number of at least 1");
    assertRefused(configured("\"nout\" : 3", "\"nout\" : 3.5"), "a number of at least 1");
    assertRefused(configured("SimpleRnn", "x\\n".repeat(500)), "...");
    assertRefused(with(CONFIGURATION, "{".getBytes(UTF_8)), "JSON");
    assertRefused(with(CONFIGURATION, "[".repeat(100_000).getBytes(UTF_8)), "JSON");
    assertRefused(with(CONFIGURATION, "{}".getBytes(UTF_8)), "at least 2 layers");
  }

  @Test
  void parametersMustFit() throws IOException {
    byte[] parameters = entries().get(PARAMETERS);
    assertRefused(
        with(PARAMETERS, Arrays.copyOf(parameters, parameters.length - 1)), "found its end");
    assertRefused(
        with(PARAMETERS, Arrays.copyOf(parameters, parameters.length + 1)), "nothing after");
    assertRefused(with(PARAMETERS, new byte[0]), "found its end");
    Map<String, byte[]> without = entries();
    without.remove(PARAMETERS);
    assertRefused(zip(without), "an entry coefficients.bin");
    assertRefused(new byte[0], "an entry configuration.json");
    assertRefused(Arrays.copyOf(golden(), 700), "a whole DL4J zip, found");
    byte[] endless = parameters.clone();
    int length =
        new String(parameters, java.nio.charset.StandardCharsets.ISO_8859_1).lastIndexOf("FLOAT")
            - 10;
    Arrays.fill(endless, length, length + 8, (byte) 0x7F);
    assertRefused(with(PARAMETERS, endless), "values of type FLOAT");
  }

  @Test
  void parametersThatInflateForEverTakeNoMemory() throws IOException {
    byte[] bomb = with(PARAMETERS, new byte[200 << 20]);
    assertRefused(bomb, PARAMETERS);
    // Nor does a network that is said to have so many.
    Map<String, byte[]> entries = entries();
    String configuration = new String(entries.get(CONFIGURATION), UTF_8);
    entries.put(
        CONFIGURATION,
        configuration
            .replace("\"nout\" : 3", "\"nout\" : 9000")
            .replace("\"nin\" : 3", "\"nin\" : 9000")
            .getBytes(UTF_8));
    entries.put(PARAMETERS, new byte[200 << 20]);
    byte[] large = zip(entries);
    long before = allocated();
    assertRefused(
        large, "bytes of parameters of 5 x 2 -> 9000 tanh -> 2 tanh -> 2, found a zip of");
    assertRefused(bomb, PARAMETERS);
    assertThat(allocated() - before).isLessThan(4 << 20);
  }

  private static long allocated() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void whateverTheDamageItIsAModelOrRefused(long seed) throws IOException {
    Mutations mutations = new Mutations(seed);
    byte[] golden = golden();
    byte[] lstm = lstm();
    int refused = 0;
    for (int i = 0; i < 3_000; i++) {
      byte[] damaged = mutations.damage(i % 2 == 0 ? golden : lstm, golden);
      long before = allocated();
      try {
        assertThat(decode(damaged).parameters()).isNotEmpty();
      } catch (FormatException e) {
        assertThat(e)
            .hasMessageStartingWith("Cannot read x.zip: ")
            .satisfies(failure -> assertThat(failure.getMessage()).doesNotEndWith("null"));
        refused++;
      }
      // Files are a few kilobytes; most of it is JSON's reader and the assertions.
      assertThat(allocated() - before).isLessThan(4L * damaged.length + (2 << 20));
    }
    assertThat(refused).isGreaterThan(1_000);
    for (String name : List.of(CONFIGURATION, PARAMETERS)) {
      for (int i = 0; i < 1_000; i++) {
        Map<String, byte[]> entries = entries(i % 2 == 0 ? golden : lstm);
        byte[] original = entries.get(name);
        entries.put(name, mutations.damage(original, original));
        byte[] damaged = zip(entries);
        try {
          assertThat(decode(damaged).parameters()).isNotEmpty();
        } catch (FormatException e) {
          assertThat(e)
              .hasMessageStartingWith("Cannot read x.zip: ")
              .satisfies(failure -> assertThat(failure.getMessage()).doesNotEndWith("null"));
        }
      }
    }
  }
}
