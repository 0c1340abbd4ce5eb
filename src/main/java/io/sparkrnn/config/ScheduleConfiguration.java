package io.sparkrnn.config;

import java.io.Serializable;

/** The schedule of the learning rate. */
public record ScheduleConfiguration(
    @Setting(
            value = "Schedule of the learning rate over the iterations of the run.",
            flag = "--schedule")
        ScheduleName name,
    @Setting(
            value =
                "Iterations of linear warm-up before the schedule; 0: none; auto: none up to 4 workers that average parameters, else a twentieth or a tenth of the run.",
            min = 0,
            auto = true)
        int warmUpIterations,
    @Setting(
            value = "Factor on the learning rate per decay-iterations, of step and exponential.",
            above = 0,
            max = 1)
        double decayRate,
    @Setting(
            value = "Iterations in which decay-rate applies once, of step and exponential.",
            min = 1)
        int decayIterations,
    @Setting(
            value = "Fraction of the learning rate that cosine, linear and one-cycle end on.",
            min = 0,
            max = 1)
        double finalFraction,
    @Setting(value = "Fraction of the learning rate that one-cycle begins with.", min = 0, max = 1)
        double startFraction,
    @Setting(
            value = "Fraction of the run in which one-cycle's learning rate rises.",
            min = 0,
            max = 1)
        double riseFraction,
    @Setting(
            value =
                "Momentum of nesterovs, or beta1 of adam and adamw, at the peak of one-cycle's learning rate; it falls to this from the updater's own while the rate rises, and goes back; 0: it does not change.",
            min = 0,
            below = 1)
        double momentumAtPeak,
    @Setting(
            value =
                "Epochs without a better validation score after which the learning rate is reduced, again and again; 0: never.",
            min = 0)
        int plateauEpochs,
    @Setting(
            value = "Factor of each such reduction, on whatever the schedule gives.",
            above = 0,
            max = 1)
        double plateauFactor,
    @Setting(
            value = "Learning rate below which such reductions do not go; the schedule itself may.",
            min = 0)
        double plateauMinLearningRate)
    implements Serializable {}
