package io.sparkrnn.faults;

import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The plan of a whole process, from its system properties. There is none without the first:
 *
 * <pre>
 * fault.directory   the watched directory: an absolute local path, or an hdfs: URI
 * fault.action      COUNT (the default), FAIL, FAIL_FROM, HALT, DELAY or PAUSE
 * fault.at          the number of an operation, from 1
 * fault.counted     which operations have numbers: ALL (the default) or CHANGES
 * fault.moment      of fault.at: BEFORE (the default) or AFTER
 * fault.point       a {@link CrashPoint}, in place of the three above
 * fault.occurrence  which time that fault.point is reached, from 1 (the default)
 * fault.failure     of FAIL and FAIL_FROM: IO_ERROR (the default), NO_SPACE or ACCESS_DENIED
 * fault.delay.milliseconds  of DELAY
 * fault.signals     of PAUSE: a directory where the file "paused" appears, and "released" ends it
 * fault.lies        names of {@link Lie}, with commas between
 * fault.log         a file that gets the text of every operation as it begins, a line for each
 * </pre>
 *
 * <p>HALT ends the process at once, with {@link #HALT_STATUS}.
 */
public final class ProcessFaults {
  /** None that the program or the JVM would choose. */
  public static final int HALT_STATUS = 113;

  private ProcessFaults() {}

  static Optional<FaultPlan> plan() {
    return OfProcess.PLAN;
  }

  // Read at the first operation, since the default file system is made too early for much else.
  private static final class OfProcess {
    static final Optional<FaultPlan> PLAN = property("directory").map(OfProcess::plan);

    private static FaultPlan plan(String directory) {
      FaultPlan plan = FaultPlan.below(uri(directory));
      plan.halting(operation -> Runtime.getRuntime().halt(HALT_STATUS));
      property("log").ifPresent(file -> plan.listener(operation -> append(file, operation)));
      property("lies").stream()
          .flatMap(lies -> Arrays.stream(lies.split(",")))
          .forEach(lie -> plan.lie(Lie.valueOf(lie)));
      act(plan, property("action").orElse("COUNT"));
      return plan;
    }

    private static void act(FaultPlan plan, String action) {
      switch (action) {
        case "COUNT" -> {}
        case "FAIL" -> plan.fail(point(), failure());
        case "FAIL_FROM" -> plan.failFrom(point(), failure());
        case "HALT" -> plan.halt(point());
        case "DELAY" ->
            plan.delay(point(), Duration.ofMillis(Long.parseLong(required("delay.milliseconds"))));
        case "PAUSE" -> {
          File signals = new File(required("signals"));
          plan.pausing(point(), () -> pause(signals));
        }
        default ->
            throw new IllegalArgumentException(
                "expected a known action in fault.action, found " + action);
      }
    }

    private static Point point() {
      Optional<String> name = property("point");
      if (name.isPresent()) {
        int occurrence = Integer.parseInt(property("occurrence").orElse("1"));
        return CrashPoint.valueOf(name.get()).point().occurrence(occurrence);
      }
      Point.Moment moment = Point.Moment.valueOf(property("moment").orElse("BEFORE"));
      Point.Counted counted = Point.Counted.valueOf(property("counted").orElse("ALL"));
      return Point.numbered(moment, counted, Integer.parseInt(required("at")));
    }

    private static Failure failure() {
      return Failure.valueOf(property("failure").orElse("IO_ERROR"));
    }

    private static URI uri(String directory) {
      try {
        return directory.startsWith("/")
            ? new URI("file", null, directory, null)
            : new URI(directory);
      } catch (URISyntaxException e) {
        throw new IllegalArgumentException(
            "expected an absolute path or a URI in fault.directory, found " + directory, e);
      }
    }

    private static Void pause(File signals) throws IOException {
      if (!new File(signals, "paused").createNewFile()) {
        throw new IllegalStateException("expected no earlier signal in " + signals);
      }
      while (!new File(signals, "released").exists()) {
        Gate.interruptibly(() -> Thread.sleep(10));
      }
      return null;
    }

    // By java.io, which does not come back to the instrument.
    private static void append(String file, Operation operation) {
      try (FileOutputStream out = new FileOutputStream(file, true)) {
        out.write((operation + "\n").getBytes(StandardCharsets.UTF_8));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static String required(String name) {
      return property(name)
          .orElseThrow(() -> new IllegalArgumentException("expected the property fault." + name));
    }

    private static Optional<String> property(String name) {
      return Optional.ofNullable(System.getProperty("fault." + name))
          .filter(Predicate.not(String::isBlank));
    }
  }
}
