package io.sparkrnn.cli;

import io.sparkrnn.WebPage;
import java.io.IOException;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a Prometheus server reads from Spark's servlet: samples by name. */
record PrometheusText(Map<String, Double> samples) {
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{([^}]*)})? (\\S+)");

  static PrometheusText scrape(URI address) throws IOException, InterruptedException {
    Map<String, Double> samples = new LinkedHashMap<>();
    for (String line : WebPage.text(address).split("\n")) {
      Matcher sample = SAMPLE.matcher(line);
      if (!sample.matches()) {
        throw new IOException("expected a line of Prometheus's text format, found: " + line);
      }
      samples.put(sample.group(1), Double.valueOf(sample.group(3)));
    }
    return new PrometheusText(samples);
  }

  double value(String name) {
    Double value = samples.get(name);
    if (value == null) {
      throw new AssertionError("expected %s, found %s".formatted(name, samples.keySet()));
    }
    return value;
  }
}
