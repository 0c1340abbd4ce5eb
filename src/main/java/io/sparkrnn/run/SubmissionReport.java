package io.sparkrnn.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.MissingFileException;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.storage.StorageException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a driver that runs elsewhere tells its launcher its exit code, which not every cluster passes
 * on: a file of the submission's own in the run directory. Unlike a result it is written by drivers
 * that were refused, too, and owns nothing.
 */
public record SubmissionReport(Storage storage, URI runDirectory, String submission) {
  /** Where these files are in a run directory. */
  static final String DIRECTORY = "submissions";

  /** The property by which a launcher names its submission. */
  private static final String PROPERTY = "spark.rnn.submission";

  private static final Pattern NAME = Pattern.compile("[\\w-]{1,64}");
  private static final long MAX_BYTES = 1 << 20;
  private static final Logger LOG = LoggerFactory.getLogger(SubmissionReport.class);

  public SubmissionReport {
    if (!NAME.matcher(submission).matches()) {
      throw new UsageException(
          "Cannot use the name of a submission: expected 1 to 64 letters, digits, _ or -, found \"%s\""
              .formatted(submission));
    }
  }

  /** The report that a launcher has asked this process for. */
  public static Optional<SubmissionReport> asked(String runDirectory, Storage storage) {
    return Optional.ofNullable(System.getProperty(PROPERTY))
        .filter(name -> !runDirectory.isEmpty())
        .map(name -> new SubmissionReport(storage, Locations.uri(runDirectory), name));
  }

  /** Writes it, if that is possible: whoever has failed to write elsewhere can tell nobody. */
  public void write(int exitCode, String message) {
    URI directory = Storage.resolve(runDirectory, DIRECTORY);
    String json =
        JsonNodeFactory.instance
            .objectNode()
            .put("exitCode", exitCode)
            .put("error", message)
            .toPrettyString();
    try {
      storage.createDirectories(directory);
      storage.overwrite(file(directory), json.getBytes(StandardCharsets.UTF_8));
    } catch (StorageException e) {
      LOG.warn("{}", e.getMessage());
    }
  }

  /** What the driver has reported; empty when it has not ended, or was killed. */
  public Optional<JsonNode> read() {
    URI file = file(Storage.resolve(runDirectory, DIRECTORY));
    try {
      return Optional.of(RunDirectory.json(storage.read(file, MAX_BYTES), Storage.describe(file)));
    } catch (MissingFileException e) {
      return Optional.empty();
    }
  }

  private URI file(URI directory) {
    return Storage.resolve(directory, submission + ".json");
  }
}
