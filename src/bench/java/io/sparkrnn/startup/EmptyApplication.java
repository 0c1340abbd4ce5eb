package io.sparkrnn.startup;

import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Starts Spark and runs a job that does nothing: the least that any application costs. */
public final class EmptyApplication {
  private EmptyApplication() {}

  /** Prints when its first task began, and when its job was done, in milliseconds since 1970. */
  public static void main(String[] args) {
    try (JavaSparkContext context = new JavaSparkContext(new SparkConf().setAppName("empty"))) {
      long firstTask =
          context
              .parallelize(List.of(0, 1), 2)
              .map(number -> System.currentTimeMillis())
              .reduce(Math::min);
      System.out.println("task " + firstTask);
      System.out.println("job " + System.currentTimeMillis());
    }
  }
}
