package io.sparkrnn.spark;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.TrainingState;

/**
 * DL4J Spark's own engine, a whole epoch a round: it averages by itself in between. Evaluation is
 * ours.
 */
final class Dl4jRoundRunner implements RoundRunner {
  private final StockDl4jEngine engine;
  private final SparkEvaluation evaluation;

  Dl4jRoundRunner(
      SparkEngine spark,
      NetworkDescription network,
      Recipe recipe,
      TrainingData data,
      int averagingFrequency,
      String kernels) {
    this.engine = new StockDl4jEngine(spark, network, recipe, data, averagingFrequency);
    this.evaluation = spark.evaluation(kernels, recipe.topology(), data);
  }

  @Override
  public RoundResult run(TrainingState state, Round round) {
    long began = System.nanoTime();
    TrainingState end = engine.train(state, state.epoch() + 1, (after, report) -> {});
    return new RoundResult(
        end.parameters(),
        end.updaterState(),
        end.epochSamples(),
        end.epochLossSum(),
        new long[] {System.nanoTime() - began},
        0);
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return evaluation.evaluate(parameters, part);
  }

  @Override
  public void close() {
    evaluation.close();
  }
}
