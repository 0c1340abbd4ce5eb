package io.sparkrnn.spark.predict;

import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.InputRange;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.KernelProvider;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.spark.data.InputRows;
import io.sparkrnn.spark.data.InputTable;
import io.sparkrnn.spark.predict.SparkPrediction.Counts;
import io.sparkrnn.spark.predict.SparkPrediction.Request;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
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

  /**
   * Predictions.
   *
   * @param configuration says which columns are the model's
   */
  public TablePrediction(JavaSparkContext context, RunConfiguration configuration) {
    this.context = context;
    this.configuration = configuration;
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
    Answers answers = new Answers(model.topology().network(), model.preparation().orElseThrow());
    try {
      InputTable table =
          new InputTable(
              session, configuration, request.from(), answers.network(), answers.preparation());
      StructType schema = schema(table, answers, request.from());
      PredictionCounts counts = PredictionCounts.in(context.sc());
      PredictionTable.write(
          session,
          session.createDataFrame(rows(table, model, answers, request.kernels(), counts), schema),
          answers.network().classes(),
          request);
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

  private static StructType schema(InputTable table, Answers answers, String from) {
    List<StructField> ofAnswers = new ArrayList<>();
    ofAnswers.add(DataTypes.createStructField(PredictionTable.STATUS, DataTypes.StringType, false));
    ofAnswers.addAll(answers.columns());
    ofAnswers.add(DataTypes.createStructField(PredictionTable.REASON, DataTypes.StringType, true));
    PredictionTable.requireFree(
        table.names(), ofAnswers.stream().map(StructField::name).toList(), from);
    List<StructField> all = new ArrayList<>(table.names());
    all.addAll(ofAnswers);
    return new StructType(all.toArray(StructField[]::new));
  }

  private JavaRDD<Row> rows(
      InputTable table, ModelFile model, Answers answers, String kernels, PredictionCounts counts) {
    Broadcast<float[]> parameters = context.broadcast(model.parameters());
    RnnTopology topology = model.topology();
    InputRows inputs = table.inputs();
    return table
        .rows()
        .mapPartitions(
            part ->
                new SequenceAnswerRows(
                    part,
                    inputs,
                    new SequencePredictor(
                        KernelProvider.chosenByDriver(kernels), topology, parameters.value()),
                    answers,
                    counts));
  }
}
