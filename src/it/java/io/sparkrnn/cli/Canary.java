package io.sparkrnn.cli;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A secret that is nowhere else in the world, to be looked for where it must not be.
 *
 * @param name for messages
 */
record Canary(String name, String value) {
  /** A new one, with characters that URLs, HTML and JSON write otherwise. */
  static Canary named(String name) {
    return new Canary(name, hex() + "/+&" + hex());
  }

  private static String hex() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  /** Every way in which it may be written. */
  Set<String> forms() {
    Set<String> forms = new LinkedHashSet<>();
    forms.add(value);
    // Either half gives it away, however what is between them was written.
    forms.add(value.substring(0, 16));
    forms.add(value.substring(value.length() - 16));
    forms.add(URLEncoder.encode(value, StandardCharsets.UTF_8));
    forms.add(HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8)));
    for (int before = 0; before < 3; before++) {
      String encoded = base64(before);
      forms.add(encoded);
      forms.add(encoded.replace('+', '-').replace('/', '_'));
    }
    return forms;
  }

  /** What is always the same of its Base64 form, when so many bytes stand before it. */
  private String base64(int before) {
    byte[] bytes = ("x".repeat(before) + value).getBytes(StandardCharsets.UTF_8);
    String encoded = Base64.getEncoder().withoutPadding().encodeToString(bytes);
    return encoded.substring(before == 0 ? 0 : before + 1, encoded.length() - 1);
  }

  /** Whether it is in there, in any form. */
  boolean isIn(String text) {
    return forms().stream().anyMatch(text::contains);
  }

  /** Whether it is in there, in any form. */
  boolean isIn(byte[] bytes) {
    return isIn(new String(bytes, StandardCharsets.ISO_8859_1));
  }
}
