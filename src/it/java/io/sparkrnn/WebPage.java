package io.sparkrnn;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;

/**
 * What a browser, or another client of HTTP, gets.
 *
 * @param text as it was sent
 */
public record WebPage(URI address, int status, String text) {
  /** Only against hanging. */
  private static final Duration DEADLINE = Duration.ofMinutes(1);

  private static final HttpClient CLIENT =
      HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build();

  /** Gets it, whatever its status is. */
  public static WebPage get(URI address) throws IOException, InterruptedException {
    HttpResponse<String> response =
        CLIENT.send(
            HttpRequest.newBuilder(address).timeout(DEADLINE).build(),
            HttpResponse.BodyHandlers.ofString());
    return new WebPage(address, response.statusCode(), response.body());
  }

  /** Gets one that must be there. */
  public static String text(URI address) throws IOException, InterruptedException {
    WebPage page = get(address);
    if (page.status() != 200) {
      throw new IOException("expected 200 from %s, found %d".formatted(address, page.status()));
    }
    return page.text();
  }
}
