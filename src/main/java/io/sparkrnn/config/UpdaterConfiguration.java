package io.sparkrnn.config;

import java.io.Serializable;

/** The updater. */
public record UpdaterConfiguration(
    @Setting(
            value =
                "Updater; auto: muon where gradients are averaged, and where up to 4 workers that learn classes average parameters and updater.learning-rate is auto, too; else adam.",
            flag = "--updater")
        UpdaterName name,
    @Setting(
            value =
                "Learning rate, at the peak of the schedule; auto: 0.002 up to 4 workers that average parameters, of muon 0.005 for a minibatch of 64, else by the samples of a step and by whether tokens are embedded.",
            above = 0,
            auto = true)
        double learningRate,
    @Setting(
            value =
                "Momentum of nesterovs and muon; auto: 0.9, of muon 0.95 for steps of fewer than 1024 samples.",
            min = 0,
            below = 1,
            auto = true)
        double momentum,
    @Setting(
            value = "Decay of adam's and adamw's mean of gradients, per iteration.",
            min = 0,
            below = 1)
        double beta1,
    @Setting(
            value =
                "Decay of adam's and adamw's mean of squared gradients, per iteration; auto: 0.999, less with more workers.",
            min = 0,
            below = 1,
            auto = true)
        double beta2,
    @Setting(value = "What adam and adamw add to their denominator.", above = 0) double epsilon,
    @Setting(
            value =
                "Weight decay of adamw: the part of each weight, times the learning rate, that an iteration takes off; biases keep all.",
            min = 0)
        double weightDecay,
    @Setting(
            value =
                "Learning rate of what muon leaves to adam, such as biases, at the peak of the schedule; auto: 0.002, twenty times that where tokens are embedded, and more for steps of more samples.",
            above = 0,
            auto = true)
        double adamLearningRate)
    implements Serializable {

  /** One that has a single learning rate. */
  public UpdaterConfiguration(
      UpdaterName name,
      double learningRate,
      double momentum,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay) {
    this(name, learningRate, momentum, beta1, beta2, epsilon, weightDecay, learningRate);
  }
}
