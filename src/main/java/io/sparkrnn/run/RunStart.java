package io.sparkrnn.run;

import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.train.Training;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import java.net.URI;
import java.util.Optional;

/** Where a run begins: at its initial parameters, or at a checkpoint. */
record RunStart(RunIdentity identity, TrainingState state, Optional<URI> checkpoint) {

  /** At a model's parameters, or at random ones. */
  static RunStart initial(
      Training<?> training, RunIdentity identity, Optional<InitialModel> model) {
    return new RunStart(
        model.map(identity::beginningWith).orElse(identity),
        model
            .map(InitialModel::parameters)
            .map(training::startingWith)
            .orElseGet(training::randomStart),
        Optional.empty());
  }

  /** As the checkpoint of an earlier attempt, unless what decides about the result differs. */
  static RunStart resuming(Training<?> training, RunIdentity identity, Checkpoint checkpoint) {
    RunIdentity resumed = identity.resuming(checkpoint);
    TrainingState state = resumed.state(checkpoint, training.recipe(), training.data());
    return new RunStart(resumed, state, Optional.of(checkpoint.location()));
  }

  TrainingState train(TrainingLoop loop) {
    return checkpoint
        .map(location -> loop.resume(state, location))
        .orElseGet(() -> loop.run(state));
  }
}
