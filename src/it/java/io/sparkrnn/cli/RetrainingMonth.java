package io.sparkrnn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sparkrnn.Jdk;
import io.sparkrnn.checkpoint.Retry;
import io.sparkrnn.registry.LogEntry;
import io.sparkrnn.registry.ModelRegistry;
import io.sparkrnn.registry.Version;
import io.sparkrnn.run.ExitCode;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.MiniHdfs;
import io.sparkrnn.storage.Storage;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;

/**
 * A month of nightly retraining as a scheduler and the world would have it: images that drift,
 * nights with bad or missing data, processes that are killed, started twice, or started again. One
 * registry on HDFS. Repeatable by its seed, but for the moments of kills.
 */
final class RetrainingMonth {
  private static final int PIXELS = 28 * 28;
  private static final int ROW = 28;
  private static final int SOURCE_IMAGES = 20_000;
  private static final int TRAINING_IMAGES = 3_000;
  private static final int TEST_IMAGES = 1_000;

  /** The images move by a pixel after so many nights. */
  private static final int NIGHTS_PER_PIXEL = 4;

  private static final String SETTINGS =
      "retrain --engine local --hidden 32 --minibatch-size 16 --workers 2"
          + " --epochs 4 --averaging-frequency 2 --learning-rate 0.005 --checkpoint-every-rounds 20"
          + " --heartbeat-seconds 0.2 --takeover-seconds 1 --min-accuracy 0.7 --min-samples 1000"
          + " --json";

  /** What a night brings. */
  enum Event {
    PLAIN("", 0),
    KILLED("killed within training, started again", 0),
    KILLED_TWICE("killed twice within training, started again", 0),
    STARTED_TWICE("started twice with one run id at once", 0),
    BESIDE_ANOTHER("beside a run of another id", 0),
    REPEATED("started again after its end", 0),
    MISLABELLED("a third of the labels is wrong", 0),
    TRUNCATED("the labels' file ends early", ExitCode.DATA),
    TOO_FEW("900 images instead of 3,000", ExitCode.DATA),
    ONE_CLASS("nothing but zeros", ExitCode.DATA),
    DARK("images of another camera: much darker", ExitCode.DATA),
    MISSING("no data at all", ExitCode.STORAGE);

    private final String words;

    /** Of its last try. */
    private final int exitCode;

    Event(String words, int exitCode) {
      this.words = words;
      this.exitCode = exitCode;
    }

    int exitCode() {
      return exitCode;
    }
  }

  /**
   * What came of a night.
   *
   * @param exitCodes of its processes, in the order of their ends; -1 for a killed one
   */
  record Night(int number, Event event, String runId, List<Integer> exitCodes, JsonNode report) {}

  private final long seed;
  private final Path directory;
  private final MiniHdfs hdfs = MiniHdfs.shared();
  private final URI root;
  private final SlimJar jar;
  private final Path configuration;
  private final byte[] images;
  private final byte[] labels;
  private final List<Night> nights = new ArrayList<>();
  private final AtomicInteger loads = new AtomicInteger();
  private final AtomicReference<Throwable> unreadable = new AtomicReference<>();
  private int started;

  RetrainingMonth(long seed, Path directory) throws IOException {
    this.seed = seed;
    this.directory = directory;
    this.root = hdfs.directory();
    this.jar = SlimJar.in(directory);
    this.configuration =
        Files.writeString(
            directory.resolve("hadoop.conf"),
            hdfs.properties().entrySet().stream()
                .map(entry -> "\"%s\" = \"%s\"".formatted(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("\n", "hadoop {\n", "\n}\n")));
    this.images = source("train-images-idx3-ubyte", 16, PIXELS);
    this.labels = source("train-labels-idx1-ubyte", 8, 1);
  }

  private static byte[] source(String name, int headerBytes, int itemBytes) throws IOException {
    String resource = "/io/sparkrnn/data/mnist/" + name + ".gz";
    try (InputStream in = new GZIPInputStream(Main.class.getResourceAsStream(resource))) {
      in.skipNBytes(headerBytes);
      return in.readNBytes(SOURCE_IMAGES * itemBytes);
    }
  }

  URI registry() {
    return Storage.resolve(root, "registry");
  }

  Storage storage() {
    return hdfs.storage();
  }

  List<Night> nights() {
    return nights;
  }

  /** How often somebody beside all this has loaded the current version. */
  int loads() {
    return loads.get();
  }

  ModelRegistry open() {
    return new ModelRegistry(storage(), registry(), Retry.NEVER, Clock.systemUTC());
  }

  /** Of so many nights, with each event at least once if there are enough. */
  private List<Event> events(int count) {
    List<Event> events = new ArrayList<>();
    List<Event> rare = List.of(Event.values()).subList(1, Event.values().length);
    for (int i = 0; events.size() < Math.min(count - 3, 2 * rare.size()); i++) {
      events.add(rare.get(i % rare.size()));
    }
    while (events.size() < count) {
      events.add(Event.PLAIN);
    }
    Collections.shuffle(events, new Random(seed));
    // There must be something to be compared with.
    Collections.swap(events, 0, events.indexOf(Event.PLAIN));
    return events;
  }

  /** Lets so many nights pass; prunes every tenth. */
  void pass(int count) throws Exception {
    Thread reader = new Thread(this::loadCurrent, "reader of the current version");
    reader.start();
    try {
      List<Event> events = events(count);
      for (int i = 0; i < count; i++) {
        nights.add(night(i + 1, events.get(i)));
        if ((i + 1) % 10 == 0) {
          assertThat(models("prune", "--keep", "5").exitCode()).isZero();
        }
      }
    } finally {
      reader.interrupt();
      reader.join();
    }
    assertThat(unreadable.get()).isNull();
  }

  /** What serves predictions does so all the time. */
  private void loadCurrent() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        if (open().current().isPresent()) {
          loads.incrementAndGet();
        }
        Thread.sleep(50);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      // HDFS's client wraps the interruption by which this thread is ended.
      if (!Thread.currentThread().isInterrupted()) {
        unreadable.set(e);
      }
    }
  }

  CommandRun models(String command, String... more) {
    List<String> arguments = new ArrayList<>(List.of("models", command));
    arguments.addAll(List.of("--registry", registry().toString()));
    arguments.addAll(List.of("--config", configuration.toString()));
    arguments.addAll(List.of(more));
    return CommandRun.of(arguments.toArray(String[]::new));
  }

  private List<String> arguments(String runId, URI data) {
    List<String> arguments = new ArrayList<>(List.of(SETTINGS.split(" ")));
    arguments.addAll(List.of("--config", configuration.toString(), "--run-id", runId));
    arguments.addAll(List.of("--registry", registry().toString(), "--data", data.toString()));
    return arguments;
  }

  private Driver start(List<String> arguments) throws IOException {
    started++;
    return jar.start(
        Jdk.SHORT_LIVED, arguments, directory.resolve("retrain-%d.out".formatted(started)));
  }

  private Night night(int number, Event event) throws Exception {
    String runId = "night-%02d".formatted(number);
    URI data = writeData(number, event);
    List<String> arguments = arguments(runId, data);
    List<Integer> exitCodes = new ArrayList<>();
    switch (event) {
      case KILLED, KILLED_TWICE -> {
        for (int kill = 0; kill <= event.ordinal() - Event.KILLED.ordinal(); kill++) {
          exitCodes.add(killed(runId, arguments, kill + 1));
        }
      }
      case STARTED_TWICE -> {
        try (Driver first = start(arguments)) {
          awaitTraining(first, runId, 1);
          exitCodes.add(CommandRun.of(arguments.toArray(String[]::new)).exitCode());
          exitCodes.add(first.awaitExit());
        }
      }
      case BESIDE_ANOTHER -> {
        try (Driver other = start(arguments(runId + "-by-hand", data))) {
          exitCodes.add(CommandRun.of(arguments.toArray(String[]::new)).exitCode());
          exitCodes.add(other.awaitExit());
        }
      }
      case REPEATED -> exitCodes.add(CommandRun.of(arguments.toArray(String[]::new)).exitCode());
      default -> {}
    }
    // A scheduler's last try.
    CommandRun last = CommandRun.of(arguments.toArray(String[]::new));
    assertThat(last.errors()).doesNotContain("\tat ");
    assertThat(last.output().lines()).as(last.errors()).hasSize(1);
    exitCodes.add(last.exitCode());
    return new Night(number, event, runId, exitCodes, new ObjectMapper().readTree(last.output()));
  }

  private int killed(String runId, List<String> arguments, int checkpoints) throws Exception {
    try (Driver driver = start(arguments)) {
      awaitTraining(driver, runId, checkpoints);
      driver.kill();
    }
    return -1;
  }

  /** Waits until a run has some checkpoints. */
  private void awaitTraining(Driver driver, String runId, int checkpoints) throws Exception {
    driver.await("training", () -> checkpoints(runId) >= checkpoints);
  }

  private long checkpoints(String runId) {
    URI runs = Storage.resolve(registry(), "runs/" + runId);
    long count = 0;
    if (storage().exists(runs)) {
      for (FileEntry training : storage().list(runs)) {
        URI checkpoints = Storage.resolve(runs, training.name() + "/checkpoints");
        count += storage().exists(checkpoints) ? storage().list(checkpoints).size() : 0;
      }
    }
    return count;
  }

  /** The images of a night, which differ a little from those of the night before. */
  private URI writeData(int number, Event event) {
    URI data = Storage.resolve(root, "data-%02d".formatted(number));
    if (event == Event.MISSING) {
      return data;
    }
    storage().createDirectories(data);
    Random random = new Random(seed * 1000 + number);
    int count = event == Event.TOO_FEW ? 900 : TRAINING_IMAGES;
    write(data, "train", random, number, count, event);
    write(data, "t10k", random, number, TEST_IMAGES, Event.PLAIN);
    return data;
  }

  private void write(URI data, String prefix, Random random, int number, int most, Event event) {
    List<Integer> choice =
        IntStream.range(0, SOURCE_IMAGES)
            .filter(image -> event != Event.ONE_CLASS || labels[image] == 0)
            .boxed()
            .collect(Collectors.toList());
    Collections.shuffle(choice, random);
    int count = Math.min(most, choice.size());
    ByteBuffer pixels = ByteBuffer.allocate(16 + count * PIXELS);
    pixels.putInt(0x803).putInt(count).putInt(ROW).putInt(ROW);
    ByteBuffer classes = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
    int shift = number / NIGHTS_PER_PIXEL;
    double brightness = event == Event.DARK ? 0.2 : 1 - 0.005 * number;
    for (int image : choice.subList(0, count)) {
      for (int at = 0; at < PIXELS; at++) {
        int column = at % ROW - shift;
        int value = column < 0 ? 0 : images[image * PIXELS + at - shift] & 0xff;
        pixels.put((byte) Math.round(brightness * value));
      }
      boolean wrong = event == Event.MISLABELLED && random.nextInt(3) == 0;
      classes.put((byte) (wrong ? (labels[image] + 1) % 10 : labels[image]));
    }
    byte[] labelBytes = classes.array();
    if (event == Event.TRUNCATED) {
      labelBytes = Arrays.copyOf(labelBytes, labelBytes.length / 2);
    }
    storage().writePrivate(Storage.resolve(data, prefix + "-images-idx3-ubyte"), pixels.array());
    storage().writePrivate(Storage.resolve(data, prefix + "-labels-idx1-ubyte"), labelBytes);
  }

  /** The accuracy of a version on the test images of a night, as {@code evaluate} prints it. */
  String accuracy(LogEntry entry, int night) {
    String file = open().versionFile(entry.version().orElseThrow()).toString();
    CommandRun run =
        CommandRun.line(
            "evaluate --engine local --config %s --model %s --data %s",
            configuration, file, Storage.resolve(root, "data-%02d".formatted(night)));
    assertThat(run.exitCode()).as(run.errors()).isZero();
    return run.output().replaceFirst("(?s).*test accuracy ([\\d.]+)%.*", "$1");
  }

  /** The month on a page. */
  void print(PrintStream out) {
    List<LogEntry> log = open().log();
    out.printf("Retraining: %d nights, seed %d%n%n", nights.size(), seed);
    out.printf(
        "%-5s  %-45s  %-12s  %-8s  %8s  %8s  %9s  %s%n",
        "night", "what happened", "exit codes", "decision", "current", "new", "p", "version");
    for (Night night : nights) {
      JsonNode report = night.report();
      out.printf(
          "%-5d  %-45s  %-12s  %-8s  %8s  %8s  %9s  %s%n",
          night.number(),
          night.event().words,
          night.exitCodes().stream()
              .map(code -> code < 0 ? "kill" : code.toString())
              .collect(Collectors.joining(" ")),
          report.path("decision").asText(),
          percent(report.path("currentAccuracy")),
          percent(report.path("accuracy")),
          report.at("/mcnemar/pValue").isNumber()
              ? "%.1e".formatted(report.at("/mcnemar/pValue").asDouble())
              : "",
          report.path("version").isNull() ? "" : report.path("version").asText());
    }
    long promoted = log.stream().filter(entry -> isDecision(entry, "promoted")).count();
    long kept = log.stream().filter(entry -> isDecision(entry, "kept")).count();
    out.printf(
        "%n%d promoted, %d kept, %d nights without a decision; %d processes were killed.%n",
        promoted,
        kept,
        nights.stream().filter(night -> night.event().exitCode != 0).count(),
        nights.stream()
            .flatMap(night -> night.exitCodes().stream())
            .filter(code -> code < 0)
            .count());
    out.printf("The current version was loaded %,d times meanwhile, each time whole.%n", loads());
    LogEntry newest = log.get(log.size() - 1);
    out.printf(
        "Current is %s, of %d versions that are kept.%n",
        newest.current().map(Version::name).orElse("none"), newest.versions().size());
    out.println();
    nights.stream()
        .filter(night -> !night.report().path("error").isNull())
        .forEach(
            night ->
                out.printf(
                    "night %d: %s%n", night.number(), night.report().path("error").asText()));
  }

  private static boolean isDecision(LogEntry entry, String action) {
    return entry.version().isPresent() && entry.action().toString().equals(action);
  }

  private static String percent(JsonNode accuracy) {
    return accuracy.isNumber() ? "%.1f%%".formatted(100 * accuracy.asDouble()) : "";
  }
}
