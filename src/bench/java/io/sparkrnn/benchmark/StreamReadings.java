package io.sparkrnn.benchmark;

import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.ParameterInitializer;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.serving.RnnModel;
import io.sparkrnn.serving.RnnStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * What a reading takes, warm, one at a time: {@code StreamReadings [CELL UNITS INPUTS]}. Prints the
 * median and the 99th percentile of batches of a thousand readings, in microseconds a reading of
 * this thread's CPU time, so that what else the machine does counts less.
 */
final class StreamReadings {
  private static final int BATCH = 1_000;
  private static final int WARM_UP = 300;
  private static final int BATCHES = 1_000;

  private StreamReadings() {}

  public static void main(String[] args) {
    String cell = args.length > 0 ? args[0] : "lstm";
    int units = args.length > 1 ? Integer.parseInt(args[1]) : 64;
    int inputs = args.length > 2 ? Integer.parseInt(args[2]) : 13;
    RnnTopology topology =
        new RnnTopology(
            "stream",
            new Network(
                new Input(168, inputs),
                List.of(new Layer(cell, units)),
                new Head(new Loss.Squared(), 1, Reads.EVERY)));
    float[] parameters = ParameterInitializer.ORTHOGONAL.initialise(topology, 1);
    RnnStream stream = RnnModel.of(new ModelFile(topology, parameters, Map.of())).start();
    double[][] readings = new double[BATCH][inputs];
    Random random = new Random(1);
    for (double[] reading : readings) {
      Arrays.setAll(reading, i -> random.nextGaussian());
    }
    double[] outputs = new double[1];
    double[] micros = new double[BATCHES];
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double sum = 0;
    for (int batch = -WARM_UP; batch < BATCHES; batch++) {
      long start = threads.getCurrentThreadCpuTime();
      for (double[] reading : readings) {
        stream.next(reading, null, outputs);
        sum += outputs[0];
      }
      if (batch >= 0) {
        micros[batch] = (threads.getCurrentThreadCpuTime() - start) / 1e3 / BATCH;
      }
    }
    Arrays.sort(micros);
    System.out.printf(
        Locale.ROOT,
        "%s, %d units, %d inputs: median %.2f us a reading, 99th percentile %.2f (sum %s)%n",
        cell,
        units,
        inputs,
        micros[BATCHES / 2],
        micros[BATCHES * 99 / 100],
        sum);
  }
}
