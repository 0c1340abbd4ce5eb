package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * All implementations, widths of vectors and ways to run the JVM give the portable kernels' bits.
 */
class EqualBitsTest {
  /**
   * On every CPU and JDK; changes with the networks of {@link KernelDigest}, and with nothing else.
   */
  private static final String GOLDEN =
      "967cb191c58930153761406942c63c88efdaa0d68650a9aca8fa30c59fb32b0a";

  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

  static Stream<Arguments> otherWays() {
    String width = "-Dspark-rnn.vector.bits=";
    return Stream.of(
        Arguments.of("vector", List.of(width + 128)),
        Arguments.of("vector", List.of(width + 256)),
        Arguments.of("vector", List.of(width + 512)),
        Arguments.of("vector", List.of("-XX:TieredStopAtLevel=1")),
        Arguments.of("portable", List.of("-XX:TieredStopAtLevel=1")),
        Arguments.of("vector", List.of("-XX:UseAVX=2")),
        Arguments.of("portable", List.of("-XX:UseAVX=1")));
  }

  @Test
  void thePortableBitsAreWhatTheyWere() throws Exception {
    assertThat(KernelDigest.of(Ops.named("portable"))).isEqualTo(GOLDEN);
  }

  @ParameterizedTest
  @MethodSource("otherWays")
  void everyWayToRunGivesThePortableBits(String kernels, List<String> options) throws Exception {
    assertThat(inAnotherJvm(KernelDigest.class, options, kernels)).isEqualTo(GOLDEN);
  }

  @Test
  void twoWidthsInOneJvmGiveThePortableBits() throws Exception {
    assertThat(inAnotherJvm(TwoWidths.class, List.of())).isEqualTo(GOLDEN);
  }

  private static String inAnotherJvm(Class<?> program, List<String> options, String... arguments)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(List.of(JAVA.toString(), "--add-modules", "jdk.incubator.vector"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("exit status of %s", command).isZero();
    return output.strip();
  }
}
