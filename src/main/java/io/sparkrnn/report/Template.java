package io.sparkrnn.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A page of one file: style, script and Chart.js are in it, and it loads nothing. */
final class Template {
  private static final String CHART_JS =
      "/META-INF/resources/webjars/chart.js/4.4.9/dist/chart.umd.js";

  private Template() {}

  /**
   * Fills a template of this package.
   *
   * @param values by their names in the template, escaped there
   */
  static byte[] fill(String name, Map<String, ?> values, List<Chart> charts) {
    Map<String, Object> all = new LinkedHashMap<>(values);
    all.put("style", resource("page.css"));
    all.put("script", resource("charts.js"));
    all.put("chartJs", resource(CHART_JS).replaceAll("(?m)^//# sourceMappingURL=.*$", ""));
    all.put("charts", json(charts));
    return Mustache.compiler()
        .emptyStringIsFalse(true)
        .zeroIsFalse(true)
        .withLoader(partial -> new java.io.StringReader(resource(partial)))
        .compile(resource(name))
        .execute(all)
        .getBytes(StandardCharsets.UTF_8);
  }

  private static String json(List<Chart> charts) {
    try {
      // Stands in an element of the page, whose end must not be in it.
      return new ObjectMapper().writeValueAsString(charts).replace("<", "\\u003c");
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and texts are always JSON", e);
    }
  }

  private static String resource(String name) {
    try (InputStream file = Template.class.getResourceAsStream(name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read %s of spark-rnn.jar".formatted(name), e);
    }
  }
}
