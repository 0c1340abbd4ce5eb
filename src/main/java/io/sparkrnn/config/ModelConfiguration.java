package io.sparkrnn.config;

import java.io.Serializable;
import java.util.List;

/** The model to train. */
public record ModelConfiguration(
    @Setting(value = "Model of the zoo.", flag = "--model", label = "NAME", required = true)
        String name,
    @Setting(
            value = "Units of each recurrent layer, first layer first; empty: the model's own.",
            min = 1,
            max = 65_536)
        List<Integer> hidden,
    @Setting(
            value = "Activation of the recurrent layers; empty: the model's own.",
            texts = {"tanh", "relu"})
        String activation,
    @Setting("Initialisation of the recurrent weights, or with pytorch of all parameters.")
        RecurrentInit recurrentInit,
    @Setting(
            "What the model is trained to do with the sequences of a table; images are classified.")
        TaskName task,
    @Setting(
            value =
                "Cell of the recurrent layers; empty: the model's own, for the sequences of a table an LSTM.",
            texts = {"lstm", "gru", "elman"})
        String cell,
    @Setting("Whether the recurrent layers go through a sequence in both directions.")
        boolean bidirectional,
    @Setting(
            value =
                "Biases of each recurrent unit: one, or two that are trained each, as in PyTorch; empty: what the cell needs.",
            texts = {"one", "two"})
        String biases,
    @Setting(
            value =
                "Probability that a value which a recurrent layer gives upwards is dropped in training.",
            min = 0,
            below = 1)
        double dropout,
    @Setting(value = "Values that each token of a text is embedded in.", min = 1, max = 65_536)
        int embeddingSize,
    @Setting(
            value =
                "Table of pretrained vectors that the tokens of a text begin with, a path or URI: text as GloVe or word2vec write it, gzipped or not; empty: random ones.",
            label = "URI")
        String embeddings,
    @Setting(
            value =
                "States that the output layer reads, where there is one answer for a sequence: the last, or the mean or maximum over its time steps; empty: the last.",
            texts = {"last", "mean", "max"})
        String reads,
    @Setting(
            value =
                "Loss of numbers; empty: squared. Classes have softmax and cross-entropy, always.",
            texts = {"squared", "absolute", "huber", "poisson", "quantile"})
        String loss,
    @Setting(
            value =
                "Levels of the quantiles that the loss quantile has an output for, between 0 and 1.",
            label = "X")
        List<String> quantiles,
    @Setting(
            value = "Share of a class's target that all classes have together.",
            min = 0,
            below = 1)
        double labelSmoothing,
    @Setting(
            value =
                "Weights of classes in the loss: balanced makes all classes of the training data count as much; empty: every sample counts as much.",
            texts = "balanced")
        String classWeights)
    implements Serializable {
  public ModelConfiguration {
    hidden = List.copyOf(hidden);
    quantiles = List.copyOf(quantiles);
  }
}
