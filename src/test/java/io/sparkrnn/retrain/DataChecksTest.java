package io.sparkrnn.retrain;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sparkrnn.config.ConfigurationLoader;
import io.sparkrnn.data.DataException;
import io.sparkrnn.data.DataFingerprint;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.data.images.ImageData;
import io.sparkrnn.data.images.ImageTrainingData;
import io.sparkrnn.export.ModelFile;
import io.sparkrnn.kernel.Activation;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.model.ImageClasses;
import io.sparkrnn.model.RnnTopology;
import io.sparkrnn.registry.RegisteredModel;
import io.sparkrnn.registry.Version;
import java.util.List;
import org.junit.jupiter.api.Test;

class DataChecksTest {
  private static RegisteredModel current(List<String> classNames) {
    RnnTopology topology =
        new RnnTopology("test", Network.elman(2, 2, List.of(3), Activation.TANH, 2));
    return new RegisteredModel(
        new Version(4, "night"),
        new ModelFile(
            topology, new float[topology.parameterCount()], ImageClasses.lines(classNames)));
  }

  private static RunData images(List<String> classNames) {
    SequenceDataset two =
        SequenceDataset.ofBytes(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}, new byte[] {0, 1}, 2, 2, 2);
    ImageData images =
        new ImageData(two, two, classNames, List.of(new DataFingerprint("x", "x", "00", 1)));
    return ImageTrainingData.of(ConfigurationLoader.defaults(), images, () -> images);
  }

  @Test
  void classesOfImagesMustBeThoseThatWereLearnt() {
    RegisteredModel current = current(List.of("cat", "dog"));
    assertThatThrownBy(
            () -> DataChecks.requireSchema(current, images(List.of("cat", "eel")), "here"))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "Cannot train on here: expected the classes [cat, dog] as version 4 has learnt, found the classes [cat, eel]; another --registry allows them");
    assertThatCode(() -> DataChecks.requireSchema(current, images(List.of("cat", "dog")), "here"))
        .doesNotThrowAnyException();
  }

  @Test
  void modelsOfBeforeHaveNoNames() {
    assertThatCode(
            () ->
                DataChecks.requireSchema(current(List.of()), images(List.of("cat", "dog")), "here"))
        .doesNotThrowAnyException();
  }
}
