package io.sparkrnn.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** These JVMs have the module; one without it is asked in a process of its own. */
class KernelProviderTest {
  @Test
  void forcesAndChooses() {
    assertThat(KernelProvider.choose("portable").name()).isEqualTo("portable");
    assertThat(KernelProvider.choose("vector").name()).isEqualTo("vector");
    assertThat(KernelProvider.choose("auto"))
        .isEqualTo(
            new KernelProvider("vector", "vector kernels, " + VectorRnnKernels.bits() + " bits"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KernelProvider.choose("fast"))
        .withMessageContaining("fast");
  }

  @Test
  void withoutTheModuleAutoIsPortableAndForcedFails() throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    Process process =
        new ProcessBuilder(
                List.of(
                    java.toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    Choices.class.getName()))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isZero();
    assertThat(output.lines())
        .contains(
            "portable kernels: this JVM was started without --add-modules jdk.incubator.vector",
            "portable",
            "Cannot run the kernels vector: expected the module jdk.incubator.vector, found a JVM started without --add-modules jdk.incubator.vector");
  }

  /** What a JVM without the module says. */
  public static final class Choices {
    private Choices() {}

    public static void main(String[] args) {
      System.out.println(KernelProvider.choose("auto").reason());
      System.out.println(KernelProvider.chosenByDriver("vector").name());
      try {
        KernelProvider.choose("vector");
      } catch (KernelUnavailableException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
