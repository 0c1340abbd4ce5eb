package io.sparkrnn.run;

import io.sparkrnn.checkpoint.Owner;
import io.sparkrnn.checkpoint.Owner.ClusterAttempt;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Who this process is to others that want its run directory. */
final class ThisProcess {
  /** What YARN sets in every container: {@code container_e17_1410901177871_0001_02_000005}. */
  private static final String YARN_CONTAINER = "CONTAINER_ID";

  private static final Pattern CONTAINER =
      Pattern.compile("container_(?:e\\d+_)?(\\d+_\\d+)_(\\d{1,9})_\\d+");

  private ThisProcess() {}

  /**
   * This process.
   *
   * @param environment its environment variables
   */
  static Owner owner(Map<String, String> environment) {
    return new Owner(host(), ProcessHandle.current().pid(), yarnAttempt(environment));
  }

  /** In deploy mode cluster, the driver runs in the container of one try of the application. */
  private static Optional<ClusterAttempt> yarnAttempt(Map<String, String> environment) {
    Matcher container = CONTAINER.matcher(environment.getOrDefault(YARN_CONTAINER, ""));
    return container.matches()
        ? Optional.of(
            new ClusterAttempt(
                "application_" + container.group(1), Integer.parseInt(container.group(2))))
        : Optional.empty();
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unknown host";
    }
  }
}
