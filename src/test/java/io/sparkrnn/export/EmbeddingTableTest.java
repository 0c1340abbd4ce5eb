package io.sparkrnn.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.sparkrnn.Mutations;
import io.sparkrnn.Proof;
import io.sparkrnn.storage.FormatException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EmbeddingTableTest {
  private static final Map<String, Integer> IDS = Map.of("the", 0, "ü", 1, ". .", 3);

  private static int read(String text, float[] parameters) throws IOException {
    return read(text.getBytes(UTF_8), parameters);
  }

  private static int read(byte[] text, float[] parameters) throws IOException {
    return EmbeddingTable.read(new ByteArrayInputStream(text), "x.txt", 2, IDS, parameters, 1);
  }

  @Test
  void wordsThatAreThereGetTheirVectors() throws IOException {
    float[] parameters = {9, 9, 9, 9, 9, 9, 9, 9, 9, 9};
    assertThat(read("of 1 2\nthe 0.1 -2e-3\n. . 3 4\nthe 5 6\n", parameters)).isEqualTo(2);
    assertThat(parameters).containsExactly(9, 0.1f, -2e-3f, 9, 9, 9, 9, 3, 4, 9);
  }

  /** As word2vec writes it, with a blank behind each row. */
  @Test
  void theFirstRowMayBeAHeader() throws IOException {
    float[] parameters = new float[10];
    assertThat(read("2 2\nü 0.5 1 \n</s> 3 4 \n", parameters)).isEqualTo(1);
    assertThat(parameters).containsExactly(0, 0, 0, 0.5f, 1, 0, 0, 0, 0, 0);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "the 1 2 3|a word and 2 numbers, found 4 fields in row 1, \"the 1 2 3\"",
        "of 1 2;the 1|a word and 2 numbers, found 2 fields in row 2, \"the 1\"",
        "of 1 2;;the 1 2|a word and 2 numbers, found 1 fields in row 2, \"\"",
        "of 1 2;the 1 two|a word and 2 finite numbers, found 3 fields in row 2, \"the 1 two\"",
        "the NaN 2|a word and 2 finite numbers, found 3 fields in row 1, \"the NaN 2\"",
        "1 3;the 1 2 3|2 numbers of each word, found 2 fields in row 1, \"1 3\"",
        "2 2;the 1 2|2 rows of a word and 2 numbers, found 1",
        "''|some rows of a word and 2 numbers, found 0"
      })
  void otherTablesAreRefused(String rows, String message) {
    assertThatThrownBy(() -> read(rows.replace(';', '\n'), new float[10]))
        .isInstanceOf(FormatException.class)
        .hasMessage("Cannot read x.txt: expected " + message);
  }

  @Test
  void whateverTheDamageItIsATableOrRefused() throws IOException {
    Mutations mutations = new Mutations(1);
    byte[] glove = "of 1 2\nthe 0.1 -2e-3\n. . 3 4\nthe 5 6\nü 5 6\n".repeat(20).getBytes(UTF_8);
    byte[] word2vec = "5 2\nof 1 2 \nthe 0.1 -2e-3 \nand 3 4 \nto 5 6 \nü 5 6 \n".getBytes(UTF_8);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int refused = 0;
    for (int i = 0; i < Proof.times(10_000, 2_000); i++) {
      byte[] damaged =
          i % 2 == 0 ? mutations.damage(glove, word2vec) : mutations.damage(word2vec, glove);
      long before = threads.getCurrentThreadAllocatedBytes();
      try {
        assertThat(read(damaged, new float[10])).isBetween(0, IDS.size());
      } catch (FormatException e) {
        assertThat(e).hasMessageStartingWith("Cannot read x.txt: expected ");
        refused++;
      }
      assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(1 << 20);
    }
    assertThat(refused).isPositive();
  }
}
