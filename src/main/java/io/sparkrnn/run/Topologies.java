package io.sparkrnn.run;

import io.sparkrnn.config.ConfigurationException;
import io.sparkrnn.config.Key;
import io.sparkrnn.config.Keys;
import io.sparkrnn.config.ModelConfiguration;
import io.sparkrnn.config.RunConfiguration;
import io.sparkrnn.config.TaskName;
import io.sparkrnn.data.Readings;
import io.sparkrnn.data.RunData;
import io.sparkrnn.data.SequenceDataset;
import io.sparkrnn.kernel.Loss;
import io.sparkrnn.kernel.Network;
import io.sparkrnn.kernel.Network.Biases;
import io.sparkrnn.kernel.Network.Direction;
import io.sparkrnn.kernel.Network.Embedding;
import io.sparkrnn.kernel.Network.Head;
import io.sparkrnn.kernel.Network.Input;
import io.sparkrnn.kernel.Network.Join;
import io.sparkrnn.kernel.Network.Layer;
import io.sparkrnn.kernel.Network.Reads;
import io.sparkrnn.model.ModelZoo;
import io.sparkrnn.model.RnnTopology;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The network that a configuration names: one of the zoo, or for tables one that suits the task.
 */
public final class Topologies {
  private static final String LSTM = "lstm";
  private static final String ELMAN = "elman";

  /** Of a network for tables, where nothing is said. */
  private static final int HIDDEN = 64;

  private static final float HUBER_DELTA = 1;
  private static final Key TEXT = Keys.of("table.text");

  private Topologies() {}

  /** What a run's model is called. */
  public static String name(RunConfiguration configuration) {
    return configuration.table().isGiven()
        ? cell(configuration.model())
        : configuration.model().name();
  }

  /**
   * Demands what can be said of a network before there are data.
   *
   * @throws ConfigurationException if there is none of that name, it has no output layer, or its
   *     settings contradict each other
   */
  static void require(RunConfiguration configuration) {
    ModelConfiguration model = configuration.model();
    if (!model.embeddings().isEmpty()) {
      requireText(configuration);
    }
    if (configuration.table().isGiven()) {
      layers(model, List.of(new Layer(LSTM, HIDDEN)));
      loss(model, DoubleStream.empty());
      return;
    }
    if (model.task() != TaskName.CLASSIFY) {
      throw problem(Keys.of("model.task"), "expected classify of images, found " + model.task());
    }
    trainable(model);
  }

  /** Vectors of words are for a text, and for parameters that are random otherwise. */
  private static void requireText(RunConfiguration configuration) {
    if (configuration.table().text().isEmpty()) {
      throw problem(Keys.EMBEDDINGS, "expected a text beside it in %s, found none".formatted(TEXT));
    }
    if (!configuration.training().initialModel().isEmpty()) {
      throw problem(
          Keys.EMBEDDINGS,
          "expected none where %s has all parameters, found %s"
              .formatted(Keys.INITIAL_MODEL, configuration.model().embeddings()));
    }
  }

  private static RnnTopology trainable(ModelConfiguration model) {
    RnnTopology topology = named(model);
    if (!topology.trainable()) {
      throw problem(
          Keys.MODEL_NAME,
          "expected a model with an output layer, found \"%s\", which has no loss to train; see it with: inspect %s"
              .formatted(model.name(), model.name()));
    }
    return topology;
  }

  /**
   * The network for data: as wide as they are, and trained on what they hold.
   *
   * @throws ConfigurationException if the data have not what the task needs
   */
  public static RnnTopology of(RunConfiguration configuration, RunData data) {
    ModelConfiguration model = configuration.model();
    SequenceDataset training = data.training();
    if (!configuration.table().isGiven()) {
      RnnTopology topology =
          trainable(model).withData(data.timeSteps(), training.inputSize(), training.classes());
      Network network = topology.network();
      Head head = new Head(loss(model, weights(model, data)), training.classes(), reads(model));
      return new RnnTopology(topology.name(), new Network(network.input(), network.layers(), head));
    }
    List<Embedding> embeddings =
        IntStream.range(0, training.channels())
            .mapToObj(c -> new Embedding(data.vocabulary(c), model.embeddingSize(), Embedding.NONE))
            .toList();
    Input input =
        new Input(
            data.timeSteps(),
            training.inputSize(),
            embeddings,
            training.staticSize(),
            Join.EVERY_STEP);
    List<Layer> own = List.of(new Layer(LSTM, HIDDEN));
    return new RnnTopology(
        name(configuration), new Network(input, layers(model, own), head(model, data)));
  }

  /**
   * The network that gives each of some sequences, which are all as long, one of some classes.
   *
   * @param name of the topology
   */
  public static RnnTopology classifying(
      String name, ModelConfiguration model, int timeSteps, int inputSize, int classes) {
    return new RnnTopology(
        name,
        new Network(
            new Input(timeSteps, inputSize),
            layers(model, List.of(new Layer(LSTM, HIDDEN))),
            new Head(loss(model, DoubleStream.empty()), classes, reads(model))));
  }

  private static Head head(ModelConfiguration model, RunData data) {
    SequenceDataset training = data.training();
    boolean ofClasses =
        switch (model.task()) {
          case CLASSIFY, LABEL_STEPS, LANGUAGE_MODEL -> true;
          case REGRESS, FORECAST -> false;
        };
    if (ofClasses != training.classes() > 0) {
      throw problem(
          Keys.of("model.task"),
          "expected %s for the task %s, found %s"
              .formatted(
                  ofClasses ? "a column of labels" : "columns of targets",
                  model.task(),
                  ofClasses ? "targets" : "labels"));
    }
    boolean every = training.readings() == Readings.EVERY_STEP;
    boolean needsEvery =
        model.task() == TaskName.LABEL_STEPS || model.task() == TaskName.LANGUAGE_MODEL;
    if (model.task() != TaskName.REGRESS
        && model.task() != TaskName.FORECAST
        && every != needsEvery) {
      throw problem(
          Keys.of("model.task"),
          "expected labels, %s, for the task %s, found %s"
              .formatted(
                  needsEvery ? Readings.EVERY_STEP : Readings.ONE,
                  model.task(),
                  training.readings()));
    }
    Reads reads = every ? Reads.EVERY : reads(model);
    if (ofClasses) {
      return new Head(loss(model, weights(model, data)), training.classes(), reads);
    }
    Loss loss = loss(model);
    int outputsOfTarget = loss instanceof Loss.Quantile quantile ? quantile.levels().size() : 1;
    return new Head(loss, training.targetSize() * outputsOfTarget, reads);
  }

  private static Reads reads(ModelConfiguration model) {
    return model.reads().isEmpty()
        ? Reads.LAST
        : Reads.valueOf(model.reads().toUpperCase(Locale.ROOT));
  }

  private static Loss loss(ModelConfiguration model, DoubleStream classWeights) {
    loss(model);
    return new Loss.Softmax(
        model.labelSmoothing(), classWeights.mapToObj(weight -> (float) weight).toList());
  }

  /** Of numbers. */
  private static Loss loss(ModelConfiguration model) {
    return switch (model.loss()) {
      case "absolute" -> new Loss.Absolute();
      case "huber" -> new Loss.Huber(HUBER_DELTA);
      case "poisson" -> new Loss.Poisson();
      case "quantile" -> new Loss.Quantile(levels(model));
      default -> new Loss.Squared();
    };
  }

  private static List<Double> levels(ModelConfiguration model) {
    try {
      List<Double> levels = model.quantiles().stream().map(Double::valueOf).toList();
      new Loss.Quantile(levels);
      return levels;
    } catch (IllegalArgumentException e) {
      throw problem(
          Keys.of("model.quantiles"),
          "expected levels between 0 and 1 for the loss quantile, found " + model.quantiles());
    }
  }

  /** Those that make all classes count as much, as scikit-learn's {@code balanced} does. */
  private static DoubleStream weights(ModelConfiguration model, RunData data) {
    if (model.classWeights().isEmpty()) {
      return DoubleStream.empty();
    }
    List<Long> counts = data.labelCounts();
    double all = counts.stream().mapToLong(Long::longValue).sum();
    return counts.stream().mapToDouble(count -> count == 0 ? 1 : all / (counts.size() * count));
  }

  /**
   * A network of the zoo, with or without an output layer, with the layers that the configuration
   * puts in place of its own.
   *
   * @throws ConfigurationException if there is none of that name
   */
  public static RnnTopology named(ModelConfiguration model) {
    RnnTopology topology =
        ModelZoo.find(model.name())
            .orElseThrow(
                () ->
                    problem(
                        Keys.MODEL_NAME,
                        "expected one of %s, found \"%s\""
                            .formatted(ModelZoo.names(), model.name())));
    Network network = topology.network();
    return new RnnTopology(
        topology.name(),
        new Network(network.input(), layers(model, network.layers()), network.head()));
  }

  /** Layers as configured, where nothing is said as a network's own. */
  private static List<Layer> layers(ModelConfiguration model, List<Layer> own) {
    List<Layer> layers = new ArrayList<>();
    if (model.hidden().isEmpty()) {
      own.forEach(layer -> layers.add(layer(model, layer, layer.units())));
    } else {
      model.hidden().forEach(units -> layers.add(layer(model, own.get(0), units)));
    }
    return layers;
  }

  private static Layer layer(ModelConfiguration model, Layer own, int units) {
    String cell = model.cell().isEmpty() ? own.cell() : model.cell();
    if (cell.startsWith(ELMAN)) {
      cell = model.cell().isEmpty() ? cell : ELMAN + "-tanh";
      cell = model.activation().isEmpty() ? cell : ELMAN + "-" + model.activation();
    } else if (!model.activation().isEmpty()) {
      throw problem(
          Keys.ACTIVATION,
          "expected none with the cell %s, which has its own, found %s"
              .formatted(cell, model.activation()));
    }
    Biases needed = new Layer(cell, units).biases();
    if (model.biases().equals("one") && needed == Biases.TWO) {
      throw problem(
          Keys.of("model.biases"), "expected two for the cell %s, found one".formatted(cell));
    }
    return new Layer(
        cell,
        units,
        model.bidirectional() ? Direction.BOTH : Direction.FORWARD,
        model.dropout(),
        model.biases().isEmpty()
            ? needed
            : Biases.valueOf(model.biases().toUpperCase(Locale.ROOT)));
  }

  private static String cell(ModelConfiguration model) {
    return model.cell().isEmpty() ? LSTM : model.cell();
  }

  private static ConfigurationException problem(Key key, String message) {
    return new ConfigurationException(key.path(), message);
  }
}
