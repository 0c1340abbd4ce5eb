package io.sparkrnn.run;

import io.sparkrnn.checkpoint.Checkpoint;
import io.sparkrnn.train.TrainingLoop;
import io.sparkrnn.train.TrainingState;
import io.sparkrnn.train.Updater;
import java.net.URI;
import java.util.Optional;

/** Where a run begins: at its initial parameters, or at a checkpoint. */
record RunStart(RunIdentity identity, TrainingState state, Optional<URI> checkpoint) {

  /** At a model's parameters, or at random ones. */
  static RunStart initial(RunSetup setup, RunIdentity identity, Optional<InitialModel> model) {
    float[] parameters = model.map(InitialModel::parameters).orElseGet(setup::randomParameters);
    return new RunStart(
        model.map(identity::beginningWith).orElse(identity),
        TrainingState.initial(parameters, setup.recipe().updater()),
        Optional.empty());
  }

  /** As the checkpoint of an earlier attempt, unless what decides about the result differs. */
  static RunStart resuming(RunSetup setup, RunIdentity identity, Checkpoint checkpoint) {
    RunIdentity resumed = identity.resuming(checkpoint);
    Updater updater = setup.recipe().updater();
    TrainingState state =
        resumed.state(
            checkpoint,
            updater.stateSize(setup.topology().parameterCount()),
            setup.plan().minibatchesPerEpoch());
    return new RunStart(resumed, state, Optional.of(checkpoint.location()));
  }

  TrainingState train(TrainingLoop loop) {
    return checkpoint
        .map(location -> loop.resume(state, location))
        .orElseGet(() -> loop.run(state));
  }
}
