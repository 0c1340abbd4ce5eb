package io.sparkrnn.spark.predict;

import io.sparkrnn.data.DataException;
import io.sparkrnn.data.images.ImageDecoder.GrayImage;
import io.sparkrnn.data.images.ImageDecoder.Size;
import io.sparkrnn.data.images.ImageStream;
import io.sparkrnn.data.images.PixelRules;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.Sample;
import io.sparkrnn.storage.Storage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.util.TaskCompletionListener;

/**
 * The images of an IDX or NumPy file, read by tasks in ranges, each named by its index in the file.
 */
final class IdxImages {
  // Two for each slot, if that gives tasks worth their start and short enough to be run again.
  private static final int RANGES_A_SLOT = 2;
  private static final long FEWEST_IMAGES = 5_000;
  private static final long MOST_IMAGES = 100_000;

  private IdxImages() {}

  /**
   * The images.
   *
   * @throws DataException if they are not of the network's shape, or the file has a defect that
   *     shows without reading all of it
   */
  static JavaRDD<Sample> of(
      JavaSparkContext context,
      Map<String, String> hadoop,
      String uri,
      Network network,
      PixelRules rules) {
    Size size = rules.sizeInFile(network.timeSteps(), network.inputSize());
    List<long[]> ranges = new ArrayList<>();
    try (ImageStream file = ImageStream.open(Storage.of(hadoop), uri)) {
      boolean fits = file.rows() == size.rows() && file.columns() == size.columns();
      if (!fits && rules.resize().isEmpty()) {
        throw new DataException(
            "Cannot predict images of %s: expected %d rows of %d pixels, as the model was trained on, found %d rows of %d"
                .formatted(uri, size.rows(), size.columns(), file.rows(), file.columns()));
      }
      // A gzip file can only be read from its start.
      long length =
          file.compressed()
              ? file.images()
              : imagesOfARange(file.images(), context.defaultParallelism());
      for (long from = 0; from < file.images(); from += length) {
        ranges.add(new long[] {from, Math.min(file.images(), from + length)});
      }
    }
    return context
        .parallelize(ranges, ranges.size())
        .mapPartitions(
            part -> {
              long[] range = part.next();
              return samples(Storage.of(hadoop), uri, range, size, rules);
            });
  }

  private static long imagesOfARange(long images, int slots) {
    long shared = images / ((long) RANGES_A_SLOT * slots) + 1;
    return Math.max(FEWEST_IMAGES, Math.min(MOST_IMAGES, shared));
  }

  private static Iterator<Sample> samples(
      Storage storage, String uri, long[] range, Size size, PixelRules rules) {
    ImageStream file = ImageStream.open(storage, uri);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) context -> file.close());
    file.skip(range[0]);
    return LongStream.range(range[0], range[1])
        .mapToObj(
            index -> {
              GrayImage image =
                  size.resized(new GrayImage(file.rows(), file.columns(), file.next()));
              return new Sample(
                  new Object[] {index},
                  rules.apply(image.values(), image.rows(), image.columns()),
                  null);
            })
        .iterator();
  }
}
