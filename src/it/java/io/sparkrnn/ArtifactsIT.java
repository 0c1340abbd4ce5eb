package io.sparkrnn;

import static java.nio.charset.StandardCharsets.UTF_8;
import static javax.xml.xpath.XPathConstants.NODESET;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;

/** What the jars hold, and how large they are. */
class ArtifactsIT {
  private static final long MEGABYTE = 1_000_000;
  private static final Path SLIM = Build.resolve("spark-rnn.jar");
  private static final Path DL4J = Build.resolve("spark-rnn-dl4j.jar");
  private static final Path MLFLOW = Build.resolve("mlflow-client.jar");

  /** An artifact that another carries. */
  private static final Pattern INSIDE =
      Pattern.compile("META-INF/maven/([^/]+)/([^/]+)/pom.properties");

  private static final Pattern NATIVE_LIBRARY =
      Pattern.compile("/((?:lib)?\\w+)[^/]*\\.(?:so|dll|dylib)(?:\\.|$)");

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
  void bothJarsHaveTheLicencesOfAllThatTheyContain() throws Exception {
    Document pom =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile());
    for (Path jar : List.of(SLIM, DL4J)) {
      String execution = jar.equals(SLIM) ? "slim" : "dl4j";
      String shaded = "//execution[id='" + execution + "']//artifactSet/includes/include";
      NodeList includes =
          (NodeList) XPathFactory.newInstance().newXPath().evaluate(shaded, pom, NODESET);
      Set<String> contained = new TreeSet<>();
      for (int i = 0; i < includes.getLength(); i++) {
        contained.addAll(artifacts(includes.item(i).getTextContent()));
      }
      assertThat(contained).hasSizeGreaterThanOrEqualTo(includes.getLength());
      for (String entry : entries(jar)) {
        Matcher library = NATIVE_LIBRARY.matcher(entry);
        if (library.find()) {
          contained.add(library.group(1));
        }
      }
      try (JarFile file = new JarFile(jar.toFile())) {
        assertThat(text(file, "META-INF/LICENSE")).isEqualTo(Files.readString(Path.of("LICENSE")));
        String notice = text(file, "META-INF/NOTICE");
        assertThat(notice).isEqualTo(Files.readString(Path.of("src/licenses/NOTICE")));
        assertThat(contained)
            .allSatisfy(
                name ->
                    assertThat(notice)
                        .containsPattern("\n" + Pattern.quote(name) + " +\\S+ +META-INF/\\S+\n"));
        assertThat(Pattern.compile("META-INF/(?:LICENSE|licenses/\\S+)").matcher(notice).results())
            .isNotEmpty()
            .allSatisfy(licence -> assertThat(text(file, licence.group())).isNotBlank());
      }
    }
  }

  /** Those on the class path that the shade plugin is told to include, with those inside them. */
  private static Set<String> artifacts(String include) throws IOException {
    String[] coordinates = include.split(":", 2);
    String artifact = coordinates[1].equals("*") ? "([^/]+)" : "(" + coordinates[1] + ")";
    Pattern path =
        Pattern.compile("/" + coordinates[0].replace('.', '/') + "/" + artifact + "/[^/]+/[^/]+$");
    Set<String> found = new TreeSet<>();
    for (String element : System.getProperty("java.class.path").split(File.pathSeparator)) {
      Matcher matcher = path.matcher(element);
      if (matcher.find()) {
        found.add(coordinates[0] + ":" + matcher.group(1));
        entries(Path.of(element)).stream()
            .map(INSIDE::matcher)
            .filter(Matcher::matches)
            .forEach(inside -> found.add(inside.group(1) + ":" + inside.group(2)));
      }
    }
    return found;
  }

  private static String text(JarFile jar, String name) throws IOException {
    assertThat(jar.getEntry(name)).as("%s in %s", name, jar.getName()).isNotNull();
    try (InputStream in = jar.getInputStream(jar.getEntry(name))) {
      return new String(in.readAllBytes(), UTF_8);
    }
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
