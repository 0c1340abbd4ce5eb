package io.sparkrnn.spark.data;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.ShardsChoice;
import io.sparkrnn.config.TableConfiguration;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.Shards;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.model.Preparation;
import io.sparkrnn.spark.data.SequenceBuilder.Form;
import io.sparkrnn.spark.data.TableData.Description;
import io.sparkrnn.spark.data.TableData.Elsewhere;
import io.sparkrnn.spark.data.TableData.Parts;
import io.sparkrnn.spark.data.TableSource.Numbered;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.jobs.ResultStream;
import io.sparkrnn.spark.jobs.SparkJobException;
import io.sparkrnn.spark.shards.DiskShards;
import io.sparkrnn.spark.shards.ShardBudget;
import io.sparkrnn.spark.shards.ShardBudget.Room;
import io.sparkrnn.spark.shards.ShardSummary;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function2;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Function1;
import scala.Tuple2;

/**
 * Whole sequences of a program's table that never pass through the driver: Spark keeps and sorts
 * them, and executors write them to the shards of their workers, on their disks. Preparation is
 * fitted where they are, one partition after the other, so that its sums have the order, and the
 * bits, that they have in {@link SequenceTables}.
 */
final class SpreadSequences {
  private static final Logger LOG = LoggerFactory.getLogger(SpreadSequences.class);

  /** The driver has rows, the dataset made of them, and that as it is sent. */
  private static final int COPIES_IN_DRIVER = 4;

  private final GivenTables given;
  private final Optional<ModelFile> initial;
  private final RunConfiguration configuration;
  private final TableConfiguration table;
  private final Sequences.Table training;
  private final Origin.Table source;
  private final JavaSparkContext context;
  private final Optional<KeptPreparation> kept;

  /** What is known of sequences before anything is fitted. */
  private static final class Extent implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Map<String, Long> rooms = new HashMap<>();
    private final ClassNames.Collector classes = new ClassNames.Collector();
    private long sequences;
    private long skipped;
    private long bytes;
    private int shortest = Integer.MAX_VALUE;
    private int longest;
    private boolean weighted;

    void add(RawSequence sequence) {
      sequences++;
      bytes += sequence.bytes();
      shortest = Math.min(shortest, sequence.steps());
      longest = Math.max(longest, sequence.steps());
      for (float weight : sequence.weights()) {
        weighted |= weight != 1;
      }
      for (float target : sequence.targets()) {
        weighted |= Float.isNaN(target);
      }
      classes.add(Window.of(sequence));
    }

    void add(Extent other) {
      other.rooms.forEach((machine, free) -> rooms.merge(machine, free, Math::max));
      classes.add(other.classes);
      sequences += other.sequences;
      skipped += other.skipped;
      bytes += other.bytes;
      shortest = Math.min(shortest, other.shortest);
      longest = Math.max(longest, other.longest);
      weighted |= other.weighted;
    }
  }

  /** Of the samples of a partition. */
  private record Summary(int partition, InputRange inputs, List<Long> labelCounts)
      implements Serializable {
    Summary and(Summary other) {
      return new Summary(
          partition,
          inputs.and(other.inputs),
          IntStream.range(0, labelCounts.size())
              .mapToObj(label -> labelCounts.get(label) + other.labelCounts.get(label))
              .toList());
    }
  }

  /** What looks at sequences one after another. */
  private interface Visit extends Serializable {
    void of(PreparationFit fit, Window window);
  }

  SpreadSequences(GivenTables given, RunConfiguration configuration, Optional<ModelFile> initial) {
    this.given = given;
    this.initial = initial;
    this.configuration = configuration;
    this.table = configuration.table();
    this.training = given.table(given.training(), GivenTables.NAME, configuration);
    this.source = training.source().name();
    this.context =
        JavaSparkContext.fromSparkContext(given.training().sparkSession().sparkContext());
    this.kept = initial.map(model -> KeptPreparation.of(training.source(), table, model));
  }

  /** Series are not: the readings of one may be anywhere. */
  boolean areWhole() {
    return training.columns().times().isEmpty();
  }

  /**
   * Reads the table once. What is small goes to the driver all the same, unless disks are asked
   * for.
   */
  SequenceTables.Placed read(RddShards.Keeping keeping) {
    JavaPairRDD<String, Parcel<Numbered<RawSequence>>> read =
        training
            .source()
            .numbered(training.rows(), training.reader())
            .mapToPair(row -> new Tuple2<>(key(row.value().content()), row))
            .setName("sequences")
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      Extent extent = training.source().reading("rows that can be computed", () -> extent(read));
      given.skipped().ifPresent(count -> count.add(extent.skipped));
      if (extent.sequences == 0) {
        throw source.refusal("at least one row", "none");
      }
      long heap = Runtime.getRuntime().maxMemory();
      boolean small = COPIES_IN_DRIVER * extent.bytes <= heap;
      LOG.info(
          "{} bytes of sequences, for a driver of {}; shards: {}",
          extent.bytes,
          heap,
          keeping.choice());
      return small && keeping.choice() != ShardsChoice.DISK
          ? SequenceTables.inDriver(given, configuration, initial, collected(read))
          : onDisk(read, extent, keeping.mostTasks());
    } finally {
      read.unpersist();
    }
  }

  private Sequences collected(JavaPairRDD<String, Parcel<Numbered<RawSequence>>> read) {
    TreeMap<String, List<RawSequence>> found = new TreeMap<>();
    ResultStream.forEach(
        read.map(row -> new Tuple2<>(row._1(), row._2())),
        row -> {
          if (row._2().value().content() != null) {
            found
                .computeIfAbsent(row._1(), key -> new ArrayList<>())
                .add(row._2().value().content());
          }
        });
    return new Sequences(
        training.source(),
        training.columns(),
        found.values().stream().flatMap(List::stream).toList());
  }

  private SequenceTables.Placed onDisk(
      JavaPairRDD<String, Parcel<Numbered<RawSequence>>> read, Extent extent, int mostTasks) {
    int workers = configuration.training().workers();
    Shards.deal((int) Math.min(extent.sequences, workers), workers);
    ShardBudget.of(context.sc(), extent.bytes, workers).requireDisks(extent.rooms);
    JavaRDD<Parcel<RawSequence>> inOrder =
        read.filter(row -> row._2().value().content() != null)
            .sortByKey()
            .map(row -> new Parcel<>(row._2().value().content()))
            .setName("sequences in order")
            .persist(StorageLevel.MEMORY_AND_DISK());
    try {
      return placed(inOrder, extent, mostTasks);
    } finally {
      inOrder.unpersist();
    }
  }

  private static String key(RawSequence sequence) {
    return sequence == null ? "" : Sequences.key(sequence, true);
  }

  private static Extent extent(JavaPairRDD<String, Parcel<Numbered<RawSequence>>> read) {
    Extent all = new Extent();
    ResultStream.forEach(
        read.values()
            .mapPartitions(
                rows -> {
                  Extent extent = new Extent();
                  Room room = Room.here();
                  extent.rooms.put(room.machine(), room.bytes());
                  while (rows.hasNext()) {
                    RawSequence sequence = rows.next().value().content();
                    if (sequence == null) {
                      extent.skipped++;
                    } else {
                      extent.add(sequence);
                    }
                  }
                  return List.of(new Parcel<>(extent)).iterator();
                }),
        extent -> all.add(extent.value()));
    return all;
  }

  private SequenceTables.Placed placed(
      JavaRDD<Parcel<RawSequence>> inOrder, Extent extent, int mostTasks) {
    RawSequence first = SparkJobException.translated(() -> inOrder.first().value());
    ClassNames classes = classes(extent);
    List<String> features = SequenceTables.featureNames(table, training.columns(), first.width());
    List<String> targets = classes.count() > 0 ? List.of() : table.targets();
    PreparationFit fit =
        visited(
            inOrder,
            visited(
                inOrder,
                new PreparationFit(source, configuration, features, targets.size()),
                PreparationFit::add),
            PreparationFit::addDeviations);
    Preparation preparation =
        kept.map(model -> model.of(features, targets.size())).orElseGet(() -> fit.fit(classes));
    SequenceBuilder builder =
        new SequenceBuilder(
            table, preparation, classes, training.columns().readings(configuration.model().task()));
    Optional<Sequences> validated = given.validationSequences(configuration);
    List<Window> windows =
        validated.map(part -> part.all().stream().map(Window::of).toList()).orElse(List.of());
    int longest =
        Math.max(
            windows.stream().mapToInt(Window::steps).max().orElse(0),
            Math.max(extent.longest, kept.map(KeptPreparation::timeSteps).orElse(0)));
    Form form = new Form(longest, extent.shortest == longest, extent.weighted);
    SequenceDataset none =
        builder.build(source, List.of(Window.of(first)), form).subset(new int[0]);
    SequenceDataset validation =
        validated.map(part -> builder.build(part.source(), windows, longest)).orElse(none);
    Summary summary = summary(inOrder, builder, form);
    DiskShards shards = shards(inOrder, builder, form, mostTasks);
    return placed(
        shards,
        new Parts(none, validation, none, new int[configuration.training().workers()][0]),
        new Description(
            TableParts.described(table),
            preparation,
            fingerprints(shards.summaries(), validation),
            fit.columns(targets),
            longest,
            0,
            0,
            Map.of(),
            shards.summaries().stream().mapToInt(ShardSummary::samples).toArray(),
            validation.size(),
            0),
        new Elsewhere(summary.inputs(), summary.labelCounts()));
  }

  private SequenceTables.Placed placed(
      DiskShards shards, Parts parts, Description description, Elsewhere elsewhere) {
    TableData data = new TableData(context, parts, description, Optional.of(elsewhere));
    return new SequenceTables.Placed(
        data,
        shards,
        () -> {
          shards.close();
          data.destroy();
        });
  }

  private ClassNames classes(Extent extent) {
    if (!SequenceTables.isOfClasses(configuration.model().task())) {
      return ClassNames.NONE;
    }
    ClassNames found = extent.classes.classes(source, configuration.data().classes());
    return kept.map(model -> model.classes(found)).orElse(found);
  }

  /** The fit goes from partition to partition, as their sums do. */
  private static PreparationFit visited(
      JavaRDD<Parcel<RawSequence>> inOrder, PreparationFit fit, Visit visit) {
    PreparationFit at = fit;
    for (int partition = 0; partition < inOrder.getNumPartitions(); partition++) {
      int only = partition;
      Parcel<PreparationFit> sent = new Parcel<>(at);
      List<PreparationFit> came = new ArrayList<>();
      ResultStream.forEach(
          JavaRDD.fromRDD(
                  PartitionPruningRDD.create(
                      inOrder.rdd(),
                      (Function1<Object, Object> & Serializable) number -> number.equals(only)),
                  inOrder.classTag())
              .mapPartitions(
                  sequences -> {
                    PreparationFit here = sent.value();
                    sequences.forEachRemaining(
                        sequence -> visit.of(here, Window.of(sequence.value())));
                    return List.of(new Parcel<>(here)).iterator();
                  }),
          parcel -> came.add(parcel.value()));
      at = came.get(0);
    }
    return at;
  }

  private Summary summary(
      JavaRDD<Parcel<RawSequence>> inOrder, SequenceBuilder builder, Form form) {
    Origin.Table name = source;
    Map<Integer, Summary> ofPartitions = new TreeMap<>();
    ResultStream.forEach(
        inOrder.mapPartitionsWithIndex(
            (Function2<Integer, Iterator<Parcel<RawSequence>>, Iterator<Parcel<Summary>>>)
                (partition, sequences) -> {
                  Summary all = null;
                  while (sequences.hasNext()) {
                    SequenceDataset sample =
                        builder.build(name, List.of(Window.of(sequences.next().value())), form);
                    Summary one =
                        new Summary(
                            partition, sample.inputRange(), sample.statistics().labelCounts());
                    all = all == null ? one : all.and(one);
                  }
                  return Stream.ofNullable(all).map(Parcel::new).iterator();
                },
            false),
        parcel -> ofPartitions.put(parcel.value().partition(), parcel.value()));
    return ofPartitions.values().stream().reduce(Summary::and).orElseThrow();
  }

  private DiskShards shards(
      JavaRDD<Parcel<RawSequence>> inOrder, SequenceBuilder builder, Form form, int mostTasks) {
    Origin.Table name = source;
    int workers = configuration.training().workers();
    return SparkJobException.translated(
        () ->
            DiskShards.build(
                context,
                DiskShards.ofWorkers(
                        inOrder
                            .zipWithIndex()
                            .mapToPair(numbered -> new Tuple2<>(numbered._2(), numbered._1())),
                        workers)
                    .map(
                        numbered ->
                            new Tuple2<>(
                                numbered._1(),
                                new Parcel<>(
                                    builder.build(
                                        name, List.of(Window.of(numbered._2().value())), form)))),
                workers,
                mostTasks));
  }

  /** Of shards, and of what the driver has. */
  private List<DataFingerprint> fingerprints(
      List<ShardSummary> shards, SequenceDataset validation) {
    List<DataFingerprint> all = new ArrayList<>();
    shards.forEach(
        shard ->
            all.add(new DataFingerprint(GivenTables.NAME, GivenTables.NAME, shard.sha256(), 0)));
    if (validation.size() > 0) {
      all.add(TableParts.fingerprint(GivenTables.NAME, "#validation", validation));
    }
    return List.copyOf(all);
  }
}
