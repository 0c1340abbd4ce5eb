package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;

/**
 * The POM and the launchers spell out what spark-submit adds to its JVMs; a new Spark may want
 * something else.
 */
class JavaModuleOptionsTest {
  @Test
  void thePomSaysWhatSparkSays() throws Exception {
    String options =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile())
            .getElementsByTagName("spark.module.options")
            .item(0)
            .getTextContent();

    assertThat(options).isEqualTo(JavaModuleOptions.defaultModuleOptions());
  }

  @Test
  void theLaunchersSayWhatSparkSays() throws Exception {
    String options =
        Files.readAllLines(Path.of("submit", "launcher.sh")).stream()
            .dropWhile(line -> !line.equals("module_options=("))
            .skip(1)
            .takeWhile(line -> !line.equals(")"))
            .map(String::strip)
            .collect(Collectors.joining(" "));

    assertThat(options).isEqualTo(JavaModuleOptions.defaultModuleOptions());
  }
}
