package io.sparkrnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.sparkrnn.spark.version.SparkVersion;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import org.apache.spark.launcher.JavaModuleOptions;
import org.junit.jupiter.api.Test;

/**
 * The POM and the launchers spell out what spark-submit adds to its JVMs; a new Spark may want
 * something else.
 */
class JavaModuleOptionsTest {
  private static final boolean SCALA_2_12 = SparkVersion.SCALA.equals("2.12");

  @Test
  void thePomSaysWhatSparkSays() throws Exception {
    String options =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(Path.of("pom.xml").toFile())
            .getElementsByTagName("spark.module.options")
            .item(SCALA_2_12 ? 0 : 1)
            .getTextContent();

    assertThat(options).isEqualTo(JavaModuleOptions.defaultModuleOptions());
  }

  @Test
  void theLaunchersSayWhatSparkSays() throws Exception {
    ProcessBuilder launcher =
        new ProcessBuilder(
            "bash", "-c", "source submit/launcher.sh && echo \"${module_options[*]}\"");
    launcher.environment().remove("SPARK_HOME");
    launcher.environment().put("SPARK_RNN_SPARK", SCALA_2_12 ? "" : "4");
    String options =
        new String(launcher.start().getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            .strip();

    assertThat(options).isEqualTo(JavaModuleOptions.defaultModuleOptions());
  }
}
