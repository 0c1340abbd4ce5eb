package io.sparkrnn.config;

import java.io.Serializable;

/** How the model is trained. */
public record TrainingConfiguration(
    @Setting(
            value =
                "Passes over the training set; auto: as many as training.iterations has, else what the minibatches of all workers together ask for, at least 3 where gradients are averaged and 4 where parameters are; with other updaters than muon 10 where parameters are averaged.",
            min = 1,
            auto = true)
        int epochs,
    @Setting(value = "Samples in a minibatch, the step of one worker.", min = 1, max = 65_536)
        int minibatchSize,
    @Setting(
            value =
                "Workers: replicas of the model, each with its own shard of the training set; part of the result, whatever the number of executors.",
            min = 1,
            max = 32_768)
        int workers,
    @Setting(
            value = "Threads that compute for one worker; the result does not depend on them.",
            min = 1,
            max = 1_024,
            free = true)
        int threadsPerWorker,
    @Setting(value = "Iterations of every worker between two averages.", min = 1)
        int averagingFrequency,
    @Setting(
            value = "Iterations between two averages during the first epoch; 0: the same as later.",
            min = 0)
        int firstEpochAveragingFrequency,
    @Setting("Seed of initial parameters, hold-out, shards and orders.") long seed,
    @Setting(
            value =
                "Largest norm of the whole gradient, longer ones are scaled down to it; 0: no clipping.",
            min = 0)
        double clipNorm,
    @Setting(value = "Coefficient of the L2 penalty on weights; 0: none.", min = 0) double l2,
    @Setting(
            "Who runs the rounds: Spark, the same rounds in this JVM, or DL4J Spark's own training master.")
        Engine engine,
    @Setting(
            value =
                "Arithmetic that runs: vector (Vector API), portable (plain Java), or the faster one there is.",
            free = true)
        KernelChoice kernels,
    @Setting(
            value =
                "How rounds run on Spark: resident (tasks that stay), job (a job a round), or the faster one there is.",
            free = true)
        RoundsChoice rounds,
    @Setting(
            value =
                "Rounds of the next epoch that run while the driver evaluates the held-out samples, before the result is reported and the checkpoint written; 0, as always with early stopping or plateaus: none, executors evaluate.",
            min = 0,
            free = true)
        int evaluationOverlapRounds,
    @Setting(
            value =
                "Epochs without a better validation score after which training ends; the best epoch's parameters then are the result; 0: it ends with the last epoch, on the last parameters.",
            min = 0)
        int earlyStoppingEpochs,
    @Setting(
            value =
                "For early stopping, a score is better if it exceeds the best one before it by more than this; errors, losses and bits a character: by more than this share of the best one.",
            min = 0,
            max = 1)
        double earlyStoppingMinDelta,
    @Setting(
            "Score that decides about early stopping, plateaus and the best checkpoint; auto: accuracy of classes, rmse of values.")
        ScoreName score,
    @Setting(
            value =
                "Decay per iteration of a moving average of the parameters, which is evaluated and becomes the model; 0: none.",
            min = 0,
            below = 1)
        double emaDecay,
    @Setting(
            value =
                "Model file (model.srnn), or the run directory that holds one, whose parameters training starts from, a path or URI; empty: random ones.",
            label = "URI")
        String initialModel,
    @Setting("Whether the epoch with the best validation becomes the model, without ending early.")
        boolean keepBest,
    @Setting(
            value =
                "First time step that counts for the loss, where there is an answer for each: those before it warm the state up.",
            min = 0)
        int firstCountedStep,
    @Setting(
            value =
                "Minibatches among whose samples those of like length are put together; 0: every minibatch as it was drawn.",
            min = 0)
        int lengthWindowMinibatches,
    @Setting(
            value =
                "Most minibatches of a worker in an epoch, the first of its order; 0: all that its shard has.",
            min = 0)
        int mostMinibatches,
    @Setting(
            "What a round averages: parameters, every averaging-frequency iterations, or gradients, every iteration, after which one step of the updater follows; auto: parameters up to 4 workers, gradients beyond.")
        Averaging averaging,
    @Setting(
            value =
                "Most iterations of a worker in the whole run, rounded up to whole epochs; 0: all of training.epochs.",
            min = 0)
        int iterations,
    @Setting(
            value =
                "Most pixels by which training images are moved down, up and aside, by chance; auto: 1 where gradients are averaged and a step is for 512 images or more, else 0.",
            min = 0,
            max = 64,
            auto = true)
        int shiftPixels,
    @Setting(
            value =
                "Epochs that a run may come to: while its last epochs still made the validation score better, cycles of the schedule follow those of training.epochs, each with half the peak of the one before; 0: none; auto: three times training.epochs where these are auto and there are samples to validate on, else 0.",
            min = 0,
            auto = true)
        int mostEpochs)
    implements Serializable {}
