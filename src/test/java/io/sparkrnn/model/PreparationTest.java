package io.sparkrnn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sparkrnn.model.Vocabulary.Unit;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PreparationTest {
  private static Preparation preparation() {
    return new Preparation(
        List.of("demand", "a=b\\\nc"),
        ChannelScale.NONE,
        Map.of(
            "süd", new ChannelScale(List.of(0.0, 3.0), List.of(1.0, 4.0)),
            "north", new ChannelScale(List.of(1.5, -0.25), List.of(2.0, 1e-10))),
        new Vocabulary(Unit.WORDS, List.of("the", "𝄞", "\n")),
        List.of("no", "yes"),
        new TargetScale(List.of(7.25), List.of(0.5), true));
  }

  private static String golden() throws IOException {
    try (InputStream golden = PreparationTest.class.getResourceAsStream("preparation-v1.txt")) {
      assertThat(golden).isNotNull();
      return new String(golden.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void theTextIsThatOfTheGoldenFile() throws IOException {
    assertThat(preparation().encode()).isEqualTo(golden());
    assertThat(Preparation.decode(golden())).isEqualTo(preparation());
  }

  @Test
  void anEmptyOneComesBack() {
    Preparation empty =
        new Preparation(
            List.of(),
            ChannelScale.NONE,
            Map.of(),
            Vocabulary.NONE,
            List.of(),
            TargetScale.IDENTITY);
    assertThat(Preparation.decode(empty.encode())).isEqualTo(empty);
  }

  @Test
  void halfLettersComeBack() {
    Preparation odd =
        new Preparation(
            List.of("\ud834", "\u0000\u0085"),
            ChannelScale.NONE,
            Map.of(),
            Vocabulary.NONE,
            List.of("\\u000a"),
            TargetScale.IDENTITY);
    byte[] utf8 = odd.encode().getBytes(StandardCharsets.UTF_8);
    assertThat(Preparation.decode(new String(utf8, StandardCharsets.UTF_8))).isEqualTo(odd);
  }

  /** Damaged lines, letters and lengths: what is read is what was written, or it is refused. */
  @Test
  void whatIsReadIsExactlyWhatIsWritten() throws IOException {
    Random random = new Random(7);
    String golden = golden();
    List<String> texts = new ArrayList<>();
    for (int end = 0; end < golden.length(); end++) {
      texts.add(golden.substring(0, end));
    }
    String letters = "0129=.\n-eENaun\\\ud834x";
    for (int i = 0; i < 3000; i++) {
      int at = random.nextInt(golden.length());
      char letter = letters.charAt(random.nextInt(letters.length()));
      int from = random.nextBoolean() ? at + 1 : at;
      texts.add(golden.substring(0, at) + letter + golden.substring(from));
    }
    texts.add(golden + "\n");
    texts.add(golden + "more=1\n");
    texts.add(golden.replace("feature=2", "feature=2000000000"));
    texts.add(golden.replace("feature=2", "feature=-1"));
    texts.add(golden.replace("token.1=𝄞", "token.1=the"));
    texts.add(golden.replace("\n", "\r\n"));
    texts.add(golden.replace("=1.5", "=1.50"));
    texts.add(golden.replace("=1.5", "=NaN"));
    texts.add(golden.replace("=true", "=TRUE"));
    int read = 0;
    for (String text : texts) {
      try {
        assertThat(Preparation.decode(text).encode()).isEqualTo(text);
        read++;
      } catch (IllegalArgumentException e) {
        assertThat(e.getMessage()).startsWith("expected ");
      }
    }
    assertThat(read).isBetween(1, texts.size() / 2);
  }

  @Test
  void linesAreNamedWhereTheyAreWrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Preparation.decode("preparation=1\nmean=0\n"))
        .withMessage("expected feature=... in line 2 of a preparation, found \"mean=0\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Preparation.decode("preparation=9\n"))
        .withMessage("expected version 1 of a preparation, found \"9\"");
  }

  @Test
  void scalesAreCheckedAndUndone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChannelScale(List.of(1.0), List.of(0.0)))
        .withMessage("expected finite means and deviations above 0, found 1.0 and 0.0");
    TargetScale scale = new TargetScale(List.of(3.0), List.of(2.0), true);
    assertThat(scale.original(0, (StrictMath.log1p(10) - 3) / 2)).isBetween(9.999999, 10.000001);
    assertThat(TargetScale.IDENTITY.original(5, 0.25)).isEqualTo(0.25);
    assertThat(new ChannelScale(List.of(1.0), List.of(2.0)).standardised(0, 5)).isEqualTo(2);
  }

  @Test
  void tokensAreOrderedByCountAndThenByCodePoint() {
    // U+FFFD is before the clef by code points, and behind its first half in UTF-16.
    Map<String, Long> counts = Map.of("b", 2L, "𝄞", 3L, "\uFFFD", 3L, "a", 2L, "c", 1L);
    Vocabulary vocabulary = Vocabulary.of(Unit.CHARACTERS, counts, 2, 0);
    assertThat(vocabulary.tokens()).containsExactly("\uFFFD", "𝄞", "a", "b");
    assertThat(vocabulary.size()).isEqualTo(6);
    assertThat(vocabulary.ids()).containsEntry("\uFFFD", 2).containsEntry("b", 5);
    assertThat(Vocabulary.of(Unit.CHARACTERS, counts, 1, 1).tokens()).containsExactly("\uFFFD");
    assertThat(Unit.CHARACTERS.cut("a𝄞 ")).containsExactly("a", "𝄞", " ");
    assertThat(Unit.WORDS.cut(" one  two\tthree ")).containsExactly("one", "two", "three");
  }
}
