package io.sparkrnn.spark;

import io.sparkrnn.data.ImageStream;
import io.sparkrnn.spark.PredictionRows.Sample;
import io.sparkrnn.storage.Storage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;

/** The images of an IDX file, read by tasks in ranges, each named by its index in the file. */
final class IdxImages {
  // Some megabytes: long enough for a task, short enough for many.
  private static final int IMAGES_A_RANGE = 20_000;

  private IdxImages() {}

  static JavaRDD<Sample> of(JavaSparkContext context, Map<String, String> hadoop, String uri) {
    List<long[]> ranges = new ArrayList<>();
    try (ImageStream file = ImageStream.open(Storage.of(hadoop), uri)) {
      // A gzip file can only be read from its start.
      long length = file.compressed() ? file.images() : IMAGES_A_RANGE;
      for (long from = 0; from < file.images(); from += length) {
        ranges.add(new long[] {from, Math.min(file.images(), from + length)});
      }
    }
    return context
        .parallelize(ranges, ranges.size())
        .mapPartitions(
            part -> {
              long[] range = part.next();
              return samples(Storage.of(hadoop), uri, range[0], range[1]);
            });
  }

  private static Iterator<Sample> samples(Storage storage, String uri, long from, long to) {
    ImageStream file = ImageStream.open(storage, uri);
    file.skip(from);
    return new Iterator<>() {
      private long index = from;

      @Override
      public boolean hasNext() {
        if (index == to) {
          file.close();
        }
        return index < to;
      }

      @Override
      public Sample next() {
        return new Sample(new Object[] {index++}, file.next(), null);
      }
    };
  }
}
