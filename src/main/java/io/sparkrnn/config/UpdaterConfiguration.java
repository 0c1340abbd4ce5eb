package io.sparkrnn.config;

import java.io.Serializable;

/** The updater. */
public record UpdaterConfiguration(
    @Setting(value = "Updater.", flag = "--updater") UpdaterName name,
    @Setting(value = "Learning rate, at the peak of the schedule.", above = 0) double learningRate,
    @Setting(value = "Momentum of nesterovs.", min = 0, below = 1) double momentum,
    @Setting(
            value = "Decay of adam's and adamw's mean of gradients, per iteration.",
            min = 0,
            below = 1)
        double beta1,
    @Setting(
            value = "Decay of adam's and adamw's mean of squared gradients, per iteration.",
            min = 0,
            below = 1)
        double beta2,
    @Setting(value = "What adam and adamw add to their denominator.", above = 0) double epsilon,
    @Setting(
            value =
                "Weight decay of adamw: the part of each weight, times the learning rate, that an iteration takes off; biases keep all.",
            min = 0)
        double weightDecay)
    implements Serializable {}
