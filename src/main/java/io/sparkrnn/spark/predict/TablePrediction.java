package io.sparkrnn.spark.predict;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.spark.data.InputRows;
import io.sparkrnn.spark.data.InputSeries;
import io.sparkrnn.spark.data.InputSeries.Series;
import io.sparkrnn.spark.data.InputTable;
import io.sparkrnn.spark.data.SeriesQuestions;
import io.sparkrnn.spark.jobs.Parcel;
import io.sparkrnn.spark.predict.SparkPrediction.Counts;
import io.sparkrnn.spark.predict.SparkPrediction.Request;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Predictions for tables of sequences, one a row, by a model that was trained on one. Columns and
 * files of the answers are as those of {@link SparkPrediction}; how many columns an answer has
 * depends on the model.
 */
public final class TablePrediction {
  private final JavaSparkContext context;
  private final RunConfiguration configuration;
  private final Asked asked;

  /**
   * What a table of answers is asked to have.
   *
   * @param columns names of columns; none: those that a model like this has
   * @param which answers of series
   */
  public record Asked(List<String> columns, SeriesQuestions.Which which) {}

  /**
   * Predictions.
   *
   * @param configuration says which columns are the model's
   */
  public TablePrediction(JavaSparkContext context, RunConfiguration configuration, Asked asked) {
    this.context = context;
    this.configuration = configuration;
    this.asked = asked;
  }

  /**
   * Requires that a model has the columns that are asked for.
   *
   * @throws io.sparkrnn.run.UsageException if not
   */
  public static void requireColumns(ModelFile model, List<String> columns) {
    columns.forEach(name -> AnswerColumn.of(name, model.topology().network().head().loss()));
  }

  private boolean isOfSeries() {
    return !configuration.table().time().isEmpty();
  }

  /**
   * Predicts everything.
   *
   * @param model one with a preparation
   * @throws DataException if the table has a defect that is not one row's, or a column of the name
   *     of one that is written
   */
  public Counts run(ModelFile model, Request request) {
    long start = System.nanoTime();
    SparkSession session = SparkSession.builder().sparkContext(context.sc()).getOrCreate();
    context.sc().setJobDescription("predictions");
    configuration.hadoop().forEach(context.hadoopConfiguration()::set);
    Network network = model.topology().network();
    Answers answers =
        Answers.of(
            network,
            model.preparation().orElseThrow(),
            Answers.hasSteps(network) && !isOfSeries(),
            asked.columns(),
            configuration.table().targets());
    PredictionCounts counts = PredictionCounts.in(context.sc());
    try {
      Dataset<Row> rows =
          isOfSeries()
              ? ofSeries(session, model, answers, request, counts)
              : ofRows(session, model, answers, request, counts);
      PredictionTable.write(session, rows, answers.lengths(), request);
      return new Counts(
          counts.predictedRows().value(),
          counts.badRows().value(),
          counts.reason(),
          InputRange.EMPTY,
          (System.nanoTime() - start) / 1e9);
    } catch (Exception e) {
      // Scala throws checked exceptions undeclared.
      throw PredictionFailure.of(e, request);
    }
  }

  private static StructType schema(List<StructField> names, Answers answers, String from) {
    List<StructField> ofAnswers = new ArrayList<>();
    ofAnswers.add(DataTypes.createStructField(PredictionTable.STATUS, DataTypes.StringType, false));
    ofAnswers.addAll(answers.columns());
    ofAnswers.add(DataTypes.createStructField(PredictionTable.REASON, DataTypes.StringType, true));
    PredictionTable.requireFree(names, ofAnswers.stream().map(StructField::name).toList(), from);
    List<StructField> all = new ArrayList<>(names);
    all.addAll(ofAnswers);
    return new StructType(all.toArray(StructField[]::new));
  }

  private Dataset<Row> ofRows(
      SparkSession session,
      ModelFile model,
      Answers answers,
      Request request,
      PredictionCounts counts) {
    InputTable table =
        new InputTable(
            session, configuration, request.from(), answers.network(), answers.preparation());
    StructType schema = schema(table.names(), answers, request.from());
    Broadcast<float[]> parameters = context.broadcast(model.parameters());
    String kernels = request.kernels();
    InputRows inputs = table.inputs();
    JavaRDD<Row> rows =
        table
            .rows()
            .mapPartitions(
                part ->
                    new SequenceAnswerRows(
                        part,
                        inputs,
                        new SequencePredictor(
                            KernelProvider.chosenByDriver(kernels), answers, parameters.value()),
                        answers,
                        counts));
    return session.createDataFrame(rows, schema);
  }

  private Dataset<Row> ofSeries(
      SparkSession session,
      ModelFile model,
      Answers answers,
      Request request,
      PredictionCounts counts) {
    InputSeries table =
        new InputSeries(
            session,
            configuration,
            request.from(),
            answers.network(),
            answers.preparation(),
            asked.which());
    StructType schema = schema(table.names(), answers, request.from());
    Broadcast<float[]> parameters = context.broadcast(model.parameters());
    String kernels = request.kernels();
    SeriesQuestions questions = table.questions();
    List<Parcel<Series>> parcels = table.series().stream().map(Parcel::new).toList();
    int tasks = Math.max(1, Math.min(parcels.size(), context.defaultParallelism()));
    JavaRDD<Row> rows =
        context
            .parallelize(parcels, tasks)
            .map(Parcel::value)
            .mapPartitions(
                part ->
                    new SeriesAnswerRows(
                        part,
                        questions,
                        new SequencePredictor(
                            KernelProvider.chosenByDriver(kernels), answers, parameters.value()),
                        answers,
                        counts));
    return session.createDataFrame(rows, schema);
  }
}
