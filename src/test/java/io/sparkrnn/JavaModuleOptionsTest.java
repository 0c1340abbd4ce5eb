package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;

/** The POM spells out what spark-submit adds to its JVMs; a new Spark may want something else. */
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
}
