package io.sparkrnn.spark.predict;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.images.FilePattern;
import io.sparkrnn.data.images.ImageDecoder;
import io.sparkrnn.data.images.ImageDecoder.GrayImage;
import io.sparkrnn.data.images.ImageDecoder.UnusableImageException;
import io.sparkrnn.data.images.ImageFolder;
import io.sparkrnn.data.images.PixelRules;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.Sample;
import io.sparkrnn.storage.FileEntry;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * PNG and JPEG files as images, each named by its path: of as many rows and columns as the network
 * has time steps and inputs.
 */
final class PngImages {
  private static final int FILES_A_RANGE = 1_000;

  private PngImages() {}

  /**
   * The images of a directory and of those below it, or that of a file, or of all that a pattern
   * stands for; files are left out that are none of the user's: those that Hadoop and Spark leave
   * out, too, and those that file managers drop.
   *
   * @throws DataException if there are none
   */
  static JavaRDD<Sample> of(
      JavaSparkContext context,
      Map<String, String> hadoop,
      String location,
      Network network,
      PixelRules rules) {
    URI uri = Locations.uri(location);
    Storage driver = Storage.of(hadoop);
    List<URI> found = FilePattern.matches(driver, uri);
    // What is not there is told by listing it.
    List<String> paths =
        (found.isEmpty() ? List.of(uri) : found)
            .stream().flatMap(one -> files(driver, one, uri)).map(Storage::describe).toList();
    if (paths.isEmpty()) {
      throw new DataException(
          "Cannot predict images of %s: expected PNG files, found none".formatted(location));
    }
    int ranges = Math.max(2 * context.defaultParallelism(), paths.size() / FILES_A_RANGE);
    return context
        .parallelize(paths, Math.min(paths.size(), ranges))
        .mapPartitions(
            part -> {
              Storage storage = Storage.of(hadoop);
              Iterable<String> all = () -> part;
              return StreamSupport.stream(all.spliterator(), false)
                  .map(path -> read(storage, Locations.uri(path), network, rules))
                  .iterator();
            });
  }

  /** Of what was asked for by its own name, and is no image, it is said that it is no directory. */
  private static Stream<URI> files(Storage storage, URI location, URI asked) {
    boolean file = storage.status(location).map(entry -> !entry.directory()).orElse(false);
    boolean image = location.getPath().toLowerCase(Locale.ROOT).matches(".*\\.(png|jpe?g)");
    return file && (image || !location.equals(asked))
        ? Stream.of(location)
        : ImageFolder.files(storage, location).stream();
  }

  private static Sample read(Storage storage, URI file, Network network, PixelRules rules) {
    Object[] name = {Storage.describe(file)};
    if (storage.status(file).map(FileEntry::length).orElse(0L) > ImageDecoder.MAX_FILE_BYTES) {
      return Sample.bad(
          name,
          "expected a PNG of at most %d bytes, found a larger file"
              .formatted(ImageDecoder.MAX_FILE_BYTES));
    }
    return sample(name, storage.read(file, ImageDecoder.MAX_FILE_BYTES), network, rules);
  }

  /** What a file's bytes show. */
  static Sample sample(Object[] name, byte[] file, Network network, PixelRules rules) {
    try {
      GrayImage image =
          ImageDecoder.decode(file, rules.sizeInFile(network.timeSteps(), network.inputSize()));
      return new Sample(name, rules.apply(image.values(), image.rows(), image.columns()), null);
    } catch (UnusableImageException e) {
      return Sample.bad(name, e.getMessage());
    }
  }
}
