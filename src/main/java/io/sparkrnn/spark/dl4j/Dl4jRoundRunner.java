package io.sparkrnn.spark.dl4j;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.data.TrainingData;
import io.sparkrnn.dl4j.NetworkDescription;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.spark.rounds.SparkEvaluation;
import io.sparkrnn.train.Recipe;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.TrainingState;
import org.apache.spark.api.java.JavaSparkContext;

/**
 * DL4J Spark's own engine, a whole epoch a round: it averages by itself in between. Evaluation is
 * ours.
 */
public final class Dl4jRoundRunner implements RoundRunner {
  private final StockDl4jEngine engine;
  private final SparkEvaluation evaluation;

  public Dl4jRoundRunner(
      JavaSparkContext context,
      NetworkDescription network,
      Recipe recipe,
      TrainingData data,
      int averagingFrequency,
      String kernels) {
    this.engine = new StockDl4jEngine(context, network, recipe, data, averagingFrequency);
    this.evaluation = new SparkEvaluation(context, kernels, recipe.topology(), data);
  }

  @Override
  public RoundResult run(TrainingState state, Round round) {
    long began = System.nanoTime();
    TrainingState end = engine.train(state, state.epoch() + 1, (after, report) -> {});
    return new RoundResult(
        end.vector(),
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
