package io.sparkrnn.spark.ml;

import io.sparkrnn.spark.version.SparkVersion;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerUnpersistRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.catalyst.plans.logical.Filter;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.SubqueryAlias;
import org.apache.spark.sql.execution.columnar.InMemoryRelation;

/**
 * The newest table that was prepared of a persisted one, for the fits that follow, until that is
 * persisted no more. It is known by the RDD that Spark keeps, of which no other has the number, and
 * by what is selected from it: never by a plan alone, whose files may have changed.
 */
public final class KeptTables {
  private static final AtomicReference<Kept> NEWEST = new AtomicReference<>();
  private static final ReentrantLock READING = new ReentrantLock(true);
  private static final Set<SparkContext> LISTENED =
      Collections.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

  private record Key(
      SparkContext context, int rdd, LogicalPlan selection, PreparedTable.Settings settings) {}

  private record Kept(Key key, PreparedTable table) {}

  private KeptTables() {}

  /**
   * A prepared table, which is the caller's to close. Of two that ask for the same at a time, the
   * second one waits.
   */
  public static PreparedTable take(Dataset<?> dataset, FitRequest request) {
    Optional<Key> key = key(dataset, request);
    if (key.isEmpty()) {
      return PreparedTable.of(dataset, request);
    }
    READING.lock();
    try {
      Kept newest = NEWEST.get();
      if (newest != null && newest.key().equals(key.get())) {
        Optional<PreparedTable> kept = newest.table().sharedIfOpen();
        if (kept.isPresent()) {
          return kept.get();
        }
      }
      forget(any -> true);
      PreparedTable table = PreparedTable.of(dataset, request);
      keep(key.get(), table);
      return table;
    } finally {
      READING.unlock();
    }
  }

  private static void keep(Key key, PreparedTable table) {
    listen(key.context());
    NEWEST.set(new Kept(key, table.shared()));
    // While it was being read, perhaps before anybody listened.
    if (!JavaSparkContext.fromSparkContext(key.context())
        .getPersistentRDDs()
        .containsKey(key.rdd())) {
      forget(kept -> kept.key().equals(key));
    }
  }

  private static void forget(Predicate<Kept> which) {
    Kept kept = NEWEST.get();
    if (kept != null && which.test(kept) && NEWEST.compareAndSet(kept, null)) {
      kept.table().close();
    }
  }

  private static void listen(SparkContext context) {
    if (!LISTENED.add(context)) {
      return;
    }
    context.addSparkListener(
        new SparkListener() {
          @Override
          public void onUnpersistRDD(SparkListenerUnpersistRDD event) {
            forget(kept -> kept.key().context() == context && kept.key().rdd() == event.rddId());
          }

          @Override
          public void onApplicationEnd(SparkListenerApplicationEnd event) {
            forget(kept -> kept.key().context() == context);
          }
        });
  }

  /** Empty for what is not persisted, or not alone what is. */
  private static Optional<Key> key(Dataset<?> dataset, FitRequest request) {
    LogicalPlan plan =
        SparkVersion.execution(
                TrainingColumns.of(
                    dataset, request, request.validationIndicator().stream().toList()))
            .withCachedData();
    if (!plan.deterministic()) {
      return Optional.empty();
    }
    LogicalPlan below = plan;
    while (below instanceof Project || below instanceof Filter || below instanceof SubqueryAlias) {
      below = (LogicalPlan) below.children().head();
    }
    if (!(below instanceof InMemoryRelation persisted)) {
      return Optional.empty();
    }
    boolean plain = request.isPlain(TrainingColumns.areFlat(dataset.schema(), request));
    return Optional.of(
        new Key(
            dataset.sparkSession().sparkContext(),
            persisted.cacheBuilder().cachedColumnBuffers().id(),
            (LogicalPlan) plan.canonicalized(),
            PreparedTable.Settings.of(plain, request)));
  }
}
