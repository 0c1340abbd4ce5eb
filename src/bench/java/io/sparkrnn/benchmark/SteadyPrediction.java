package io.sparkrnn.benchmark;

import io.sparkrnn.data.images.ImageStream;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Ops;
import io.sparkrnn.storage.Locations;
import io.sparkrnn.storage.Storage;
import io.sparkrnn.train.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Predictions that go on and on over a file, by threads as Spark's tasks make them; no output. */
final class SteadyPrediction {
  private final ModelFile model;
  private final String images;
  private final String kernels;
  private final long nanos;

  SteadyPrediction(String model, String images, String kernels, double seconds) {
    this.model = ModelFile.read(Storage.of(Map.of()), Locations.uri(model));
    this.images = images;
    this.kernels = kernels;
    this.nanos = (long) (seconds * 1e9);
  }

  /** Images a second of all threads, after a warm-up as long as the measurement. */
  double imagesPerSecond(int threads) throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<Long>> counts = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        counts.add(pool.submit(this::count));
      }
      long all = 0;
      for (Future<Long> count : counts) {
        all += count.get();
      }
      return all * 1e9 / nanos;
    } finally {
      pool.shutdown();
    }
  }

  private long count() {
    Predictor predictor = new Predictor(Ops.named(kernels), model.topology(), model.parameters());
    long start = System.nanoTime();
    long counted = 0;
    double sum = 0;
    while (true) {
      try (ImageStream file = ImageStream.open(Storage.of(Map.of()), images)) {
        for (int i = 0; i + Predictor.SAMPLES <= file.images(); i += Predictor.SAMPLES) {
          long elapsed = System.nanoTime() - start;
          if (elapsed >= 2 * nanos) {
            return sum >= 0 ? counted : -1;
          }
          sum += minibatch(predictor, file);
          counted += elapsed >= nanos ? Predictor.SAMPLES : 0;
        }
      }
    }
  }

  private static double minibatch(Predictor predictor, ImageStream file) {
    for (int place = 0; place < Predictor.SAMPLES; place++) {
      predictor.put(place, file.next());
    }
    predictor.run(Predictor.SAMPLES);
    double sum = 0;
    for (int place = 0; place < Predictor.SAMPLES; place++) {
      sum += predictor.probabilities(place)[predictor.predicted(place)];
    }
    return sum;
  }
}
