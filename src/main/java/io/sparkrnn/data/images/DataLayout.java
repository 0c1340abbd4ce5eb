package io.sparkrnn.data.images;

import io.sparkrnn.data.DataException;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is where below a location with training and test images: by the names of files and
 * directories, as people and their downloads name them.
 */
final class DataLayout {
  /** {@code emnist-letters-train-images-idx3-ubyte.gz}, {@code t10k-labels.idx1-ubyte}. */
  private static final Pattern IDX =
      Pattern.compile(
          "(.*[-_])?(train|t10k|test)[-_](images|labels)[-._]idx\\d-[a-z0-9]+(\\.gz)?",
          Pattern.CASE_INSENSITIVE);

  private static final List<PartName> TESTS = List.of(PartName.TEST, PartName.VALIDATION);
  private static final int MOST_SHOWN = 5;

  private final Storage storage;
  private final URI location;
  private final PartName part;
  private final List<FileEntry> entries;

  private DataLayout(Storage storage, URI location, PartName part, List<FileEntry> entries) {
    this.storage = storage;
    this.location = location;
    this.part = part;
    this.entries = entries;
  }

  /**
   * Where the images of training or of test are.
   *
   * @throws DataException if there are none that are known
   */
  static ImagePlace find(Storage storage, URI location, PartName part) {
    FileEntry entry = storage.status(location).orElse(null);
    if (entry != null && !entry.directory()) {
      return ofFile(location, part);
    }
    return new DataLayout(storage, location, part, users(storage, location)).find();
  }

  private static List<FileEntry> users(Storage storage, URI location) {
    return storage.list(location).stream().filter(ImageFolder::isUsers).toList();
  }

  private static ImagePlace ofFile(URI file, PartName part) {
    if (file.getPath().endsWith(".npz")) {
      return ImagePlace.npz(file, part);
    }
    throw new DataException(
        "Cannot read the data in %s: expected a directory, or an .npz file, which have images to train and to test on, found another file; --train-images and --test-images name them one by one"
            .formatted(Storage.describe(file)));
  }

  /**
   * Images of one part with their labels, where a location was named for them alone.
   *
   * @throws DataException if it is of no known kind
   */
  static ImagePlace labelled(Storage storage, URI location, URI ofNames, PartName part) {
    String path = location.getPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (ImagePlace.isTable(name)) {
      return ImagePlace.tables(List.of(location));
    }
    if (isCsv(name)) {
      return ImagePlace.csv(location);
    }
    if (name.endsWith(".npz")) {
      return ImagePlace.npz(location, part);
    }
    // What is not there is told by listing it.
    if (storage.status(location).map(FileEntry::directory).orElse(true)) {
      List<URI> tables = tables(location, users(storage, location), any -> true);
      return tables.isEmpty() ? ImagePlace.folder(location, ofNames) : ImagePlace.tables(tables);
    }
    throw new DataException(
        "Cannot read the images %s without labels: expected a directory of classes, CSV, Parquet or .npz, whose labels are with the images, or labels in --train-labels and --test-labels"
            .formatted(Storage.describe(location)));
  }

  private ImagePlace find() {
    return idx()
        .or(this::numpy)
        .or(this::folders)
        .or(this::csv)
        .or(this::tables)
        .or(this::below)
        .orElseThrow(this::unknown);
  }

  private Optional<ImagePlace> idx() {
    Optional<URI> images = idx("images");
    Optional<URI> labels = idx("labels");
    if (images.isEmpty() && labels.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        ImagePlace.arrays(
            images.orElseThrow(() -> missing("images-idx3-ubyte")),
            labels.orElseThrow(() -> missing("labels-idx1-ubyte"))));
  }

  private DataException missing(String name) {
    String standard = (part == PartName.TRAINING ? "train-" : "t10k-") + name;
    return new DataException(
        "Cannot read the data in %s: expected a file %s or %s.gz, found neither"
            .formatted(Storage.describe(location), standard, standard));
  }

  /** The usual name rather than others, and plain rather than gzipped. */
  private Optional<URI> idx(String content) {
    List<FileEntry> found = entries.stream().filter(entry -> isIdx(entry.name(), content)).toList();
    List<String> prefixes = found.stream().map(entry -> prefix(entry.name())).distinct().toList();
    if (prefixes.size() > 1 && !prefixes.contains("")) {
      throw new DataException(
          "Cannot read the data in %s: expected one data set, found %s; --train-images, --train-labels, --test-images and --test-labels name files one by one"
              .formatted(Storage.describe(location), shown(found)));
    }
    String prefix = prefixes.contains("") ? "" : prefixes.stream().findFirst().orElse("");
    return found.stream()
        .filter(entry -> prefix(entry.name()).equals(prefix))
        .flatMap(entry -> file(entry, content).stream())
        .min(Comparator.comparing(uri -> uri.getPath().endsWith(".gz")));
  }

  private boolean isIdx(String name, String content) {
    Matcher matcher = IDX.matcher(name);
    return matcher.matches()
        && matcher.group(3).equalsIgnoreCase(content)
        && matcher.group(2).equalsIgnoreCase("train") == (part == PartName.TRAINING);
  }

  private static String prefix(String name) {
    Matcher matcher = IDX.matcher(name);
    return matcher.matches() && matcher.group(1) != null ? matcher.group(1) : "";
  }

  /** Kaggle's archive has each file in a directory of its name. */
  private Optional<URI> file(FileEntry entry, String content) {
    URI uri = Storage.resolve(location, entry.name());
    if (!entry.directory()) {
      return Optional.of(uri);
    }
    return users(storage, uri).stream()
        .filter(inner -> !inner.directory() && isIdx(inner.name(), content))
        .findFirst()
        .map(inner -> Storage.resolve(uri, inner.name()));
  }

  private Optional<ImagePlace> numpy() {
    Optional<FileEntry> images = npy(part::isImages);
    Optional<FileEntry> labels = npy(part::isLabels);
    if (images.isPresent() && labels.isPresent()) {
      return Optional.of(ImagePlace.arrays(uri(images.get().name()), uri(labels.get().name())));
    }
    List<FileEntry> zips =
        entries.stream()
            .filter(entry -> !entry.directory() && entry.name().endsWith(".npz"))
            .toList();
    return zips.size() == 1
        ? Optional.of(ImagePlace.npz(uri(zips.get(0).name()), part))
        : Optional.empty();
  }

  private Optional<FileEntry> npy(Predicate<String> isName) {
    return entries.stream()
        .filter(entry -> !entry.directory() && entry.name().endsWith(".npy"))
        .filter(entry -> isName.test(entry.name().substring(0, entry.name().length() - 4)))
        .findFirst();
  }

  private Optional<ImagePlace> folders() {
    List<URI> ofPart =
        ofPart(
            wanted ->
                entries.stream()
                    .filter(entry -> entry.directory() && wanted.isDirectory(entry.name()))
                    .map(entry -> uri(entry.name()))
                    .filter(uri -> !ImageFolder.classes(storage, uri).isEmpty())
                    .toList());
    if (ofPart.size() != 1) {
      return Optional.empty();
    }
    URI names =
        entries.stream()
            .filter(entry -> entry.directory() && PartName.TRAINING.isDirectory(entry.name()))
            .map(entry -> uri(entry.name()))
            .findFirst()
            .orElse(ofPart.get(0));
    return Optional.of(ImagePlace.folder(ofPart.get(0), names));
  }

  private Optional<ImagePlace> csv() {
    List<URI> found =
        ofPart(
            wanted ->
                entries.stream()
                    .filter(entry -> !entry.directory() && isCsv(entry.name()))
                    .filter(entry -> wanted.isTable(entry.name()))
                    .map(entry -> uri(entry.name()))
                    .toList());
    return found.size() == 1 ? Optional.of(ImagePlace.csv(found.get(0))) : Optional.empty();
  }

  private static boolean isCsv(String name) {
    return name.endsWith(".csv") || name.endsWith(".csv.gz");
  }

  private Optional<ImagePlace> tables() {
    List<URI> found =
        ofPart(
            wanted -> {
              List<URI> tables = tables(location, entries, wanted::isTable);
              return tables.isEmpty() ? inDirectories(wanted) : tables;
            });
    return found.isEmpty() ? Optional.empty() : Optional.of(ImagePlace.tables(found));
  }

  /** {@code train/part-00000.parquet}. */
  private List<URI> inDirectories(PartName wanted) {
    List<URI> found = new ArrayList<>();
    for (FileEntry entry : entries) {
      if (entry.directory() && wanted.isDirectory(entry.name())) {
        URI directory = uri(entry.name());
        found.addAll(tables(directory, users(storage, directory), any -> true));
      }
    }
    return found;
  }

  private static List<URI> tables(
      URI directory, List<FileEntry> entries, Predicate<String> isName) {
    return entries.stream()
        .map(FileEntry::name)
        .filter(name -> ImagePlace.isTable(name) && isName.test(name))
        .map(name -> Storage.resolve(directory, name))
        .toList();
  }

  /** Of a validation where there is no test. */
  private List<URI> ofPart(Function<PartName, List<URI>> find) {
    for (PartName wanted : part == PartName.TRAINING ? List.of(part) : TESTS) {
      List<URI> found = find.apply(wanted);
      if (!found.isEmpty()) {
        return found;
      }
    }
    return List.of();
  }

  /** torchvision's {@code MNIST/raw}, Hugging Face's {@code mnist} or {@code data}. */
  private Optional<ImagePlace> below() {
    List<FileEntry> directories = entries.stream().filter(FileEntry::directory).toList();
    return directories.size() == 1 || directories.stream().anyMatch(e -> e.name().equals("raw"))
        ? directories.stream()
            .filter(entry -> directories.size() == 1 || entry.name().equals("raw"))
            .findFirst()
            .map(entry -> find(storage, uri(entry.name()), part))
        : Optional.empty();
  }

  private DataException unknown() {
    boolean classes =
        entries.stream().filter(FileEntry::directory).count() > 1
            && entries.stream().allMatch(FileEntry::directory);
    String standard = part == PartName.TRAINING ? "train" : "t10k";
    return new DataException(
        "Cannot read the data in %s: expected %s-images-idx3-ubyte and %s-labels-idx1-ubyte, arrays %s and %s, or CSV, Parquet or a directory of classes called %s, found %s%s"
            .formatted(
                Storage.describe(location),
                standard,
                standard,
                part.imagesExample(),
                part.labelsExample(),
                part.word(),
                entries.isEmpty() ? "nothing" : shown(entries),
                classes
                    ? "; where these are classes, --train-images and --test-images name their directories"
                    : ""));
  }

  private static String shown(List<FileEntry> entries) {
    List<String> names = entries.stream().map(FileEntry::name).limit(MOST_SHOWN).toList();
    return String.join(", ", names) + (entries.size() > MOST_SHOWN ? ", ..." : "");
  }

  private URI uri(String name) {
    return Storage.resolve(location, name);
  }
}
