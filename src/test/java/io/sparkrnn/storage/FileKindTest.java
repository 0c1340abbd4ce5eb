package io.sparkrnn.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileKindTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'<!DOCTYPE html><html>'                     | a web page",
        "'\n<HTML lang=en>'                          | a web page",
        "'PK\u0003\u0004 and more'                   | a zip file",
        "'\u0093NUMPY\u0001\0'                       | a NumPy file",
        "'\u001f\u008b\b\0'                          | a gzip file",
        "'version https://git-lfs.github.com/spec/v1'| a Git LFS pointer, whose file was not downloaded",
        "'\u0080\u0002}q\0'                          | a Python pickle",
        "'PAR1'                                      | Parquet",
        "'{\"a\": 1}'                                | JSON",
        "'label,pixel0\n5,0\n'                       | CSV",
        "'some words'                                | text",
        "'<?xml version=\"1.0\"?><Error>'            | XML",
        "'SPARKRNN\u0001'                            | a spark-rnn model or checkpoint",
      })
  void namesWhatPeopleHave(String content, String kind) {
    assertThat(FileKind.of(bytes(content))).hasValue(kind);
    assertThat(FileKind.inBrackets(bytes(content))).isEqualTo(" (" + kind + ")");
  }

  @Test
  void tellsZipsByTheirFirstEntry() {
    for (String[] known :
        new String[][] {
          {"archive/data.pkl", "PyTorch's .pt, a zip of pickles"},
          {"x_test.npy", "NumPy's .npz"},
          {"configuration.json", "a DL4J zip"},
          {"a.txt", "a zip file"},
        }) {
      String header = "PK\u0003\u0004" + "\u0001".repeat(26) + known[0];
      assertThat(FileKind.of(bytes(header))).hasValue(known[1]);
    }
  }

  @Test
  void readsNumbersInEitherOrder() {
    assertThat(FileKind.of(new byte[] {3, 8, 0, 0, 0, 0, 0, 1}))
        .hasValue("an IDX file with its bytes in the reverse order");
    assertThat(FileKind.of(new byte[] {0, 0, 8, 3})).hasValue("an IDX file");
    assertThat(FileKind.of(bytes("\u0010\0\0\0\0\0\0\0{\"a\":1}"))).hasValue("safetensors");
  }

  @Test
  void saysNothingOfWhatItDoesNotKnow() {
    assertThat(FileKind.of(new byte[] {(byte) 0xE0, 1, 2, 3, 4})).isEmpty();
    assertThat(FileKind.of(new byte[16])).isEmpty();
    assertThat(FileKind.inBrackets(new byte[16])).isEmpty();
    assertThat(FileKind.of(new byte[0])).hasValue("an empty file");
    byte[] tar = new byte[512];
    Arrays.fill(tar, 0, 10, (byte) 'a');
    System.arraycopy(bytes("ustar"), 0, tar, 257, 5);
    assertThat(FileKind.of(tar)).hasValue("a tar archive");
  }

  @Test
  void leavesAStreamWhereItWas() throws IOException {
    ByteArrayInputStream in = new ByteArrayInputStream(new byte[] {1, 2, 3});
    assertThat(FileKind.peek(in)).containsExactly(1, 2, 3);
    assertThat(in.readAllBytes()).containsExactly(1, 2, 3);
  }

  private static byte[] bytes(String content) {
    return content.getBytes(StandardCharsets.ISO_8859_1);
  }
}
