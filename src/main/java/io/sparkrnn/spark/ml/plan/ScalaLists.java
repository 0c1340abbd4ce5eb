package io.sparkrnn.spark.ml.plan;

import scala.collection.JavaConverters;
import scala.collection.Seq;
import scala.collection.immutable.List;

/** Lists of Scala's, of a type that every version of it takes. */
final class ScalaLists {
  private ScalaLists() {}

  static <T> List<T> of(java.util.List<T> elements) {
    return JavaConverters.asScalaBuffer(elements).toList();
  }

  static <T> java.util.List<T> java(Seq<T> elements) {
    return JavaConverters.seqAsJavaList(elements);
  }
}
