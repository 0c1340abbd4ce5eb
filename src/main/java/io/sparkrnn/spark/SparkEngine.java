package io.sparkrnn.spark;

import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.SparkCompatibility;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.jobs.TaskCpus;
import java.util.LinkedHashSet;
import java.util.Set;
import org.apache.spark.SecurityManager;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** A Spark application, from its start to its end. */
public record SparkEngine(JavaSparkContext context) implements AutoCloseable {
  /**
   * Starts Spark.
   *
   * @param master empty: what spark-submit was told, or every core of this machine
   * @param threadsPerTask {@code spark.task.cpus}, unless that is set; never more than the cores of
   *     local mode
   */
  public static SparkEngine start(String applicationName, String master, int threadsPerTask) {
    SparkCompatibility.check();
    SparkConf conf = new SparkConf().setAppName(applicationName);
    if (!master.isEmpty()) {
      conf.setMaster(master);
    } else if (!conf.contains("spark.master")) {
      conf.setMaster("local[*]");
    }
    configure(conf);
    takeSecret(conf);
    try {
      int cpus = TaskCpus.of(conf.get("spark.master"), conf.getInt(TaskCpus.KEY, threadsPerTask));
      conf.set(TaskCpus.KEY, String.valueOf(cpus));
      return new SparkEngine(new JavaSparkContext(conf));
    } catch (Exception e) {
      // Scala throws checked exceptions undeclared.
      throw SparkJobException.cannotStart(conf.get("spark.master"), e);
    }
  }

  /** Adds what the program needs to what the user has set. */
  static void configure(SparkConf conf) {
    add(conf, "spark.plugins", TrainingMetricsPlugin.class);
    // Where a peer fails in the key exchange, as a man in the middle can see to, Spark would talk
    // to it without encryption.
    conf.setIfMissing("spark.network.crypto.saslFallback", "false");
    if (conf.getBoolean("spark.kryo.registrationRequired", false)) {
      add(conf, "spark.kryo.classesToRegister", Parcel.class);
    }
  }

  private static void add(SparkConf conf, String list, Class<?> name) {
    Set<String> names = new LinkedHashSet<>();
    for (String there : conf.get(list, "").split(",")) {
      names.add(there.strip());
    }
    names.remove("");
    names.add(name.getName());
    conf.set(list, String.join(",", names));
  }

  // A Spark worker hands the secret to a driver in its environment, not on its command line, and
  // Spark then says that there is none.
  private static void takeSecret(SparkConf conf) {
    String secret = System.getenv(SecurityManager.ENV_AUTH_SECRET());
    if (secret != null && conf.getBoolean(SecurityManager.SPARK_AUTH_CONF(), false)) {
      conf.setIfMissing(SecurityManager.SPARK_AUTH_SECRET_CONF(), secret);
    }
  }

  /** For example {@code Spark 3.5.9 on local[*], 2 slots}. */
  public String description() {
    if (context.sc().isStopped()) {
      throw SparkJobException.stopped(context.master(), null);
    }
    return "Spark %s on %s, %d slots"
        .formatted(
            SparkCompatibility.version(),
            context.master(),
            Math.max(1, context.defaultParallelism() / context.getConf().getInt(TaskCpus.KEY, 1)));
  }

  @Override
  public void close() {
    context.close();
  }
}
