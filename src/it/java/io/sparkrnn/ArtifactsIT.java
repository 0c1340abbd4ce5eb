package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;

/** What the jars hold, and how large they are. */
class ArtifactsIT {
  private static final long MEGABYTE = 1_000_000;
  private static final Path SLIM = Path.of("target/spark-rnn.jar");
  private static final Path DL4J = Path.of("target/spark-rnn-dl4j.jar");
  private static final Path MLFLOW = Path.of("target/mlflow-client.jar");

  private static List<String> entries(Path jar) throws IOException {
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream().map(ZipEntry::getName).toList();
    }
  }

  @Test
  void theSlimJarIsSmallAndHasNoNativeCode() throws IOException {
    assertThat(Files.size(SLIM)).isLessThanOrEqualTo(25 * MEGABYTE);
    assertThat(entries(SLIM))
        .contains("io/sparkrnn/cli/Main.class", "io/sparkrnn/data/mnist/train-images-idx3-ubyte.gz")
        .noneMatch(name -> name.endsWith(".so") || name.endsWith(".dll") || name.endsWith(".dylib"))
        .noneMatch(name -> name.startsWith("org/nd4j") || name.startsWith("org/apache/spark"))
        .noneMatch(name -> name.startsWith("org/mlflow"));
  }

  @Test
  void theSlimJarFindsTheOthersBesideIt() throws IOException {
    try (JarFile file = new JarFile(SLIM.toFile())) {
      assertThat(file.getManifest().getMainAttributes().getValue(Attributes.Name.CLASS_PATH))
          .isEqualTo(DL4J.getFileName() + " " + MLFLOW.getFileName());
    }
  }

  @Test
  void theDl4jJarHasNoneOfOurClassesAndFits() throws IOException {
    assertThat(Files.size(DL4J)).isLessThanOrEqualTo(150 * MEGABYTE);
    assertThat(entries(DL4J))
        .contains("org/deeplearning4j/nn/multilayer/MultiLayerNetwork.class")
        .anyMatch(
            name ->
                name.endsWith("libnd4jcpu.so") || name.endsWith(".dylib") || name.endsWith(".dll"))
        .noneMatch(name -> name.startsWith("io/sparkrnn"));
  }

  @Test
  void mlflowsClientHasNoClassThatSparkMayHave() throws IOException {
    assertThat(Files.size(MLFLOW)).isLessThanOrEqualTo(10 * MEGABYTE);
    assertThat(entries(MLFLOW))
        .contains("org/mlflow/tracking/MlflowClient.class")
        .filteredOn(name -> name.endsWith(".class"))
        .allMatch(
            name ->
                name.startsWith("org/mlflow/")
                    || name.startsWith("org/mlflow_project/")
                    || name.startsWith("com/databricks/api/proto/"));
  }
}
