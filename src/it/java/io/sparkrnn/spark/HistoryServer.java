package io.sparkrnn.spark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.Build;
import io.sparkrnn.ForkedJvm;
import io.sparkrnn.Jdk;
import io.sparkrnn.WebPage;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Spark's history server as a process, with Spark's jars and none of ours. */
public final class HistoryServer implements AutoCloseable {
  private static final Pattern ADDRESS = Pattern.compile("started at (http://\\S+)");

  /** Only against hanging. */
  private static final Duration DEADLINE = Duration.ofMinutes(3);

  private final ForkedJvm jvm;
  private final URI address;

  private HistoryServer(ForkedJvm jvm) throws IOException, InterruptedException {
    this.jvm = jvm;
    Matcher found = ADDRESS.matcher("");
    Instant deadline = Instant.now().plus(DEADLINE);
    while (!found.find()) {
      if (!jvm.process().isAlive() || Instant.now().isAfter(deadline)) {
        close();
        throw new IllegalStateException("the history server did not start: " + log());
      }
      Thread.sleep(50);
      found = ADDRESS.matcher(log());
    }
    this.address = URI.create(found.group(1));
  }

  /**
   * Starts one.
   *
   * @param events the directory of event logs
   * @param log the file for what it prints
   */
  public static HistoryServer start(Path events, Path log)
      throws IOException, InterruptedException {
    Path jars = Build.resolve("spark/jars");
    return new HistoryServer(
        Jdk.running()
            .start(
                Jdk.shortLived(
                    "-Dspark.history.fs.logDirectory=" + events.toUri(),
                    "-Dspark.history.ui.port=0",
                    "-Dspark.history.fs.update.interval=1s"),
                jars + File.separator + "*",
                "org.apache.spark.deploy.history.HistoryServer",
                List.of(
                    "--properties-file",
                    Path.of("conf", "spark-defaults.conf").toAbsolutePath().toString()),
                Map.of("SPARK_LOCAL_IP", "127.0.0.1"),
                log));
  }

  /** A page below its root. */
  public URI page(String path) {
    return address.resolve(path);
  }

  /** What its REST interface says, once it knows the application. */
  public JsonNode rest(String application, String what) throws IOException, InterruptedException {
    URI resource = page("/api/v1/applications/%s%s".formatted(application, what));
    Instant deadline = Instant.now().plus(DEADLINE);
    WebPage found = WebPage.get(resource);
    while (found.status() == 404 && Instant.now().isBefore(deadline)) {
      Thread.sleep(100);
      found = WebPage.get(resource);
    }
    if (found.status() != 200) {
      throw new IllegalStateException("%s, log: %s".formatted(found, log()));
    }
    return new ObjectMapper().readTree(found.text());
  }

  /** What it has printed. */
  public String log() throws IOException {
    return Files.readString(jvm.output());
  }

  @Override
  public void close() {
    jvm.process().destroyForcibly();
  }
}
