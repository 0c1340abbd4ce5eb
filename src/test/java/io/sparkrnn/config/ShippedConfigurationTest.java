package io.sparkrnn.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Holds {@code conf/spark-rnn.conf} and the registry together. */
class ShippedConfigurationTest {
  private static final Config SHIPPED =
      ConfigFactory.parseFile(Path.of("conf", "spark-rnn.conf").toFile());

  static Stream<Key> keys() {
    return Keys.all().stream();
  }

  @Test
  void hasExactlyTheKeysOfTheRegistry() {
    List<String> paths =
        SHIPPED.root().entrySet().stream()
            .filter(section -> !section.getKey().equals("hadoop"))
            .flatMap(
                section ->
                    SHIPPED.getConfig(section.getKey()).root().keySet().stream()
                        .map(name -> section.getKey() + "." + name))
            .toList();

    assertThat(paths)
        .containsExactlyInAnyOrderElementsOf(Keys.all().stream().map(Key::path).toList());
    assertThat(SHIPPED.getObject("hadoop")).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void commentsSayWhatTheRegistrySays(Key key) {
    String text = Hocon.listText(SHIPPED.getValue(key.path())).orElseThrow();
    String expected =
        key.expected().substring(0, 1).toUpperCase(Locale.ROOT) + key.expected().substring(1);

    assertThat(String.join("", SHIPPED.getValue(key.path()).origin().comments()))
        .isEqualTo(
            " %s %s. Default: %s. Flag: %s"
                .formatted(
                    key.description(), expected, text.isEmpty() ? "empty" : text, key.flag()));
    assertThat(key.parse(text)).hasValue(key.value(ConfigurationLoader.defaults()));
  }

  @Test
  void pathsAndFlagsAreUnique() {
    assertThat(Keys.all()).extracting(Key::path).doesNotHaveDuplicates();
    assertThat(Keys.all()).extracting(Key::flag).doesNotHaveDuplicates();
  }

  @ParameterizedTest
  @MethodSource("keys")
  void flagsAndLabelsSuitACommandLine(Key key) {
    assertThat(key.flag()).matches("--[a-z0-9]+(-[a-z0-9]+)*");
    assertThat(key.isSwitch()).isEqualTo(key.type() == boolean.class);
    assertThat(key.label().isEmpty()).isEqualTo(key.isSwitch());
  }

  @Test
  void configurationsAreSerializable() throws IOException, ClassNotFoundException {
    RunConfiguration configuration =
        ConfigurationLoader.parse("model.hidden = [3, 5], hadoop.a = b", "test");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(configuration);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(configuration);
    }
  }
}
