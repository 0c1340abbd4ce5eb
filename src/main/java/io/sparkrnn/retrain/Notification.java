package io.sparkrnn.retrain;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sparkrnn.run.UsageException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Who is told how a retraining has ended. What fails here is a warning and changes nothing.
 *
 * @param url gets the report by POST
 * @param command of the shell, gets the report on its standard input
 * @param err for warnings
 */
public record Notification(Optional<URI> url, Optional<String> command, PrintStream err) {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /**
   * The URL that a person gave.
   *
   * @throws UsageException if it is none; without the URL, whose path may be a secret
   */
  public static URI url(String text) {
    try {
      URI url = new URI(text);
      String scheme = String.valueOf(url.getScheme()).toLowerCase(Locale.ROOT);
      if (url.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
        return url;
      }
    } catch (URISyntaxException e) {
      // As any other text that is none.
    }
    throw new UsageException(
        "Cannot notify anybody: expected --notify of http://HOST/... or https://HOST/..., found another text");
  }

  public void send(String json) {
    url.ifPresent(to -> post(to, json));
    command.ifPresent(line -> pipe(line, json));
  }

  private void post(URI to, String json) {
    HttpRequest request =
        HttpRequest.newBuilder(to)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    // Of the whole exchange, not only until the answer begins.
    CompletableFuture<HttpResponse<Void>> answer =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .build()
            .sendAsync(request, HttpResponse.BodyHandlers.discarding());
    try {
      int status = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).statusCode();
      if (status < 200 || status > 299) {
        warn(to.getHost(), "an answer of status 200 to 299", "status " + status);
      }
    } catch (TimeoutException e) {
      answer.cancel(true);
      warn(to.getHost(), "an answer", "none within %d s".formatted(PATIENCE.toSeconds()));
    } catch (ExecutionException e) {
      warn(to.getHost(), "an answer", String.valueOf(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pipe(String line, String json) {
    try {
      // What it prints is no part of what this program prints.
      Process shell =
          new ProcessBuilder("sh", "-c", "exec >&2\n" + line)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      // On another thread, because it may read nothing for as long as it likes.
      CompletableFuture<Void> written = CompletableFuture.runAsync(() -> write(shell, json));
      if (!shell.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        shell.destroyForcibly();
        warn("the command", "its end", "none within %d s".formatted(PATIENCE.toSeconds()));
      } else if (shell.exitValue() != 0) {
        warn("the command", "exit code 0", "exit code " + shell.exitValue());
      }
      written.cancel(true);
    } catch (IOException e) {
      warn("the command", "a shell", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void write(Process shell, String json) {
    try (OutputStream in = shell.getOutputStream()) {
      in.write((json + "\n").getBytes(UTF_8));
    } catch (IOException e) {
      // It has ended without reading; its exit code counts.
    }
  }

  private void warn(String who, String expected, String found) {
    err.printf(
        "spark-rnn: Cannot notify %s: expected %s, found %s; nothing else changes%n",
        who, expected, found);
  }
}
