package io.sparkrnn.spark.jobs;

import io.sparkrnn.train.StopRequest;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import scala.Function2;
import scala.collection.Iterator;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * Results of a job as they arrive: {@code collect} would keep those of all workers before the first
 * can be folded.
 */
public final class ResultStream {
  private ResultStream() {}

  /** What becomes of an element; Spark ships it. */
  public interface ElementFunction<T, R> extends Function<T, R>, Serializable {}

  /** What a task does with its partition. */
  private record PartitionTask<T, R>(ElementFunction<T, R> function)
      implements Function2<TaskContext, Iterator<T>, Parcel<Object[]>>, Serializable {
    @Override
    public Parcel<Object[]> apply(TaskContext context, Iterator<T> elements) {
      List<Object> results = new ArrayList<>();
      while (elements.hasNext()) {
        results.add(function.apply(elements.next()));
      }
      return new Parcel<>(results.toArray());
    }
  }

  /**
   * Runs a job and hands over the elements of each partition when its task ends, one at a time, in
   * order of arrival.
   *
   * @throws RuntimeException what the tasks threw, if it is one of ours; {@link SparkJobException}
   *     otherwise
   */
  public static <T> void forEach(JavaRDD<T> rdd, Consumer<T> consumer) {
    forEach(rdd, element -> element, consumer, StopRequest.NEVER, jobs -> {});
  }

  /**
   * As above, with what a function makes of the elements, and looked at while it runs. An RDD
   * mapped by the function would do the same, but for every new one Spark looks through the
   * function and serializes it to see whether it can.
   *
   * @param stop see {@link JobWatch}
   * @param look see {@link JobWatch}
   */
  public static <T, R> void forEach(
      JavaRDD<T> rdd,
      ElementFunction<T, R> function,
      Consumer<R> consumer,
      StopRequest stop,
      Consumer<int[]> look) {
    RDD<T> scalaRdd = rdd.rdd();
    Function2<Object, Parcel<Object[]>, BoxedUnit> handler =
        (partition, elements) -> {
          for (Object element : elements.value()) {
            @SuppressWarnings("unchecked")
            R typed = (R) element;
            consumer.accept(typed);
          }
          return BoxedUnit.UNIT;
        };
    try (JobWatch watch = new JobWatch(scalaRdd.sparkContext(), stop, look)) {
      try {
        scalaRdd
            .sparkContext()
            .runJob(
                scalaRdd,
                new PartitionTask<>(function),
                handler,
                ClassTag$.MODULE$.apply(Parcel.class));
      } catch (Exception e) {
        throw watch.failure().orElse(SparkJobException.translate(e));
      }
    }
  }
}
