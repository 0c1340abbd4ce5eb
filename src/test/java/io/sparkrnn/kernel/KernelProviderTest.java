package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** These JVMs have the module; one without it is asked in a process of its own. */
class KernelProviderTest {
  private static final String ADD_MODULE = "--add-modules=jdk.incubator.vector";

  @Test
  void forcesAndChooses() {
    assertThat(KernelProvider.choose("portable").name()).isEqualTo("portable");
    assertThat(KernelProvider.choose("vector").name()).isEqualTo("vector");
    assertThat(KernelProvider.choose("auto"))
        .isEqualTo(new KernelProvider("vector", "vector kernels, " + VectorOps.bits() + " bits"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KernelProvider.choose("fast"))
        .withMessageContaining("fast");
  }

  @Test
  void withoutTheModuleAutoIsPortableAndForcedFails() throws Exception {
    assertThat(choicesOfJvm())
        .contains(
            "portable kernels: this JVM was started without --add-modules jdk.incubator.vector",
            "portable",
            "Cannot run the kernels vector: expected the module jdk.incubator.vector, found a JVM started without --add-modules jdk.incubator.vector");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-XX:TieredStopAtLevel=1", "-XX:CompilationMode=quick-only", "-Xint"})
  void withoutC2AutoIsPortableAndForcedIsVector(String flag) throws Exception {
    assertThat(choicesOfJvm(flag, ADD_MODULE))
        .containsExactly(
            "portable kernels: this JVM was started without C2, the compiler of the vector kernels",
            "portable",
            "vector");
  }

  @Test
  void withC2OfAnyTierAutoIsVector() throws Exception {
    assertThat(choicesOfJvm("-XX:-TieredCompilation", ADD_MODULE))
        .anyMatch(line -> line.startsWith("vector kernels, "));
  }

  @Test
  void aJvmWithoutAFlagIsNoFailure() {
    assertThat(KernelProvider.flag("UseFMA")).contains("true");
    assertThat(KernelProvider.flag("UseNothingOfTheKind")).isEmpty();
  }

  private static List<String> choicesOfJvm(String... flags) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(flags));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Choices.class.getName()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    return output.lines().toList();
  }

  /** What another JVM says. */
  public static final class Choices {
    private Choices() {}

    public static void main(String[] args) {
      System.out.println(KernelProvider.choose("auto").reason());
      System.out.println(KernelProvider.chosenByDriver("vector").name());
      try {
        System.out.println(KernelProvider.choose("vector").name());
      } catch (KernelUnavailableException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
