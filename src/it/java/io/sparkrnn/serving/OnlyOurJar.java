package io.sparkrnn.serving;

import java.nio.file.Path;
import java.util.Arrays;

/** A program that asks a model in a JVM that has nothing but our classes and its own. */
public final class OnlyOurJar {
  private OnlyOurJar() {}

  public static void main(String[] args) {
    for (String absent : new String[] {"org.apache.spark.SparkContext", "org.slf4j.Logger"}) {
      try {
        Class.forName(absent);
        throw new IllegalStateException("found " + absent);
      } catch (ClassNotFoundException e) {
        // As it should be.
      }
    }
    RnnModel model = RnnModel.load(Path.of(args[0]));
    RnnStream stream = model.start();
    double[] last = {};
    for (int i = 1; i < args.length; i++) {
      last = stream.next(Double.parseDouble(args[i]));
    }
    System.out.println(Arrays.toString(last));
  }
}
