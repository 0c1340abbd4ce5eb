package io.sparkrnn.spark;

import java.io.Serializable;
import java.util.function.Consumer;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.RDD;
import scala.Function2;
import scala.collection.Iterator;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;
import scala.runtime.BoxedUnit;

/**
 * Results of a job as they arrive: {@code collect} would keep those of all workers before the first
 * can be folded.
 */
final class ResultStream {
  private ResultStream() {}

  /** What a task does; Spark ships it, so it must be serializable. */
  private interface SerializableFunction2<A, B, C> extends Function2<A, B, C>, Serializable {}

  /**
   * Runs a job and hands over the elements of each partition when its task ends, one at a time, in
   * order of arrival.
   *
   * @throws RuntimeException what the tasks threw, if it is one of ours; {@link SparkJobException}
   *     otherwise
   */
  static <T> void forEach(JavaRDD<T> rdd, Consumer<T> consumer) {
    RDD<T> scalaRdd = rdd.rdd();
    SerializableFunction2<TaskContext, Iterator<T>, Parcel<Object[]>> task =
        (context, elements) ->
            new Parcel<>(JavaConverters.seqAsJavaList(elements.toList()).toArray());
    Function2<Object, Parcel<Object[]>, BoxedUnit> handler =
        (partition, elements) -> {
          for (Object element : elements.value()) {
            @SuppressWarnings("unchecked")
            T typed = (T) element;
            consumer.accept(typed);
          }
          return BoxedUnit.UNIT;
        };
    try {
      scalaRdd
          .sparkContext()
          .runJob(
              scalaRdd,
              task,
              JavaConverters.asScalaBuffer(
                      java.util.stream.IntStream.range(0, rdd.getNumPartitions())
                          .<Object>mapToObj(i -> i)
                          .toList())
                  .toSeq(),
              handler,
              ClassTag$.MODULE$.apply(Parcel.class));
    } catch (Exception e) {
      throw SparkJobException.translate(e);
    }
  }
}
