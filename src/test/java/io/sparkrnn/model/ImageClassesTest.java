package io.sparkrnn.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ImageClassesTest {
  @Test
  void namesAreReadAsTheyWere() {
    List<String> names =
        List.of("cat", "d, og", "tab\tand\nline\u2028", "back\\slash", " ", "\u00e4 \uD83D\uDC08");
    Map<String, String> lines = ImageClasses.lines(names);
    assertThat(lines).hasSize(1);
    assertThat(lines.get("images.classes"))
        .startsWith("cat, d\\u002c og, tab")
        .doesNotContain("\n");
    assertThat(lines.get("images.classes").replaceAll("\\R", ""))
        .isEqualTo(lines.get("images.classes"));
    assertThat(ImageClasses.read(lines)).isEqualTo(names);
  }

  @Test
  void numbersHaveNoNames() {
    assertThat(ImageClasses.lines(List.of())).isEmpty();
    assertThat(ImageClasses.read(Map.of("inputs.mean", "0.1"))).isEmpty();
  }
}
