package io.sparkrnn.spark.dl4j;

import io.sparkrnn.data.EvaluationData.Part;
import io.sparkrnn.dl4j.Dl4jNetworks;
import io.sparkrnn.dl4j.NetworkState;
import io.sparkrnn.evaluation.EvaluationResult;
import io.sparkrnn.train.Round;
import io.sparkrnn.train.RoundResult;
import io.sparkrnn.train.RoundRunner;
import io.sparkrnn.train.TrainingState;
import java.util.List;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.optimize.api.TrainingListener;

/** Rounds after each of which DL4J's listeners see the network. */
public record ListenedRounds(
    RoundRunner rounds, MultiLayerNetwork network, List<TrainingListener> listeners)
    implements RoundRunner {

  @Override
  public RoundResult run(TrainingState state, Round round) {
    RoundResult result = rounds.run(state, round);
    int iterations = Math.toIntExact(round.firstIteration() + round.iterations());
    Dl4jNetworks.setState(
        network,
        new NetworkState(
            state.layout().parameters(result.vector()),
            state.layout().updaterState(result.vector()),
            iterations,
            network.getEpochCount()));
    network.setScore(result.meanLoss());
    listeners.forEach(
        listener -> listener.iterationDone(network, iterations, network.getEpochCount()));
    return result;
  }

  @Override
  public EvaluationResult evaluate(float[] parameters, Part part) {
    return rounds.evaluate(parameters, part);
  }

  @Override
  public void close() {
    rounds.close();
  }
}
