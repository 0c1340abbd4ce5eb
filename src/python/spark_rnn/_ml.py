"""Estimators and models for PySpark ML.

PythonClassesTest writes this file from the classes in Java, and fails where they differ.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pyspark import keyword_only
from pyspark.ml.base import _PredictorParams
from pyspark.ml.classification import _JavaProbabilisticClassificationModel, _JavaProbabilisticClassifier, _ProbabilisticClassifierParams
from pyspark.ml.param import Param, Params, TypeConverters
from pyspark.ml.param.shared import HasFeaturesCol, HasLabelCol, HasPredictionCol, HasProbabilityCol, HasValidationIndicatorCol, HasWeightCol
from pyspark.ml.regression import _JavaRegressionModel, _JavaRegressor
from pyspark.ml.wrapper import JavaEstimator, JavaModel

from spark_rnn._jvm import Fitted, Stage

__all__ = [
    "RnnClassifier",
    "RnnClassificationModel",
    "RnnRegressor",
    "RnnRegressionModel",
    "RnnSequenceLabeler",
    "RnnSequenceLabelingModel",
]

E = TypeVar("E", bound="_RnnSetters")


class _RnnParams(Params):
    """Params of all estimators, and of models that remember them."""

    activation: Param[str] = Param(
        Params._dummy(),
        "activation",
        "Activation of the recurrent layers.",
        typeConverter=TypeConverters.toString,
    )
    averaging: Param[str] = Param(
        Params._dummy(),
        "averaging",
        "What a round averages: parameters, every averaging-frequency iterations, or gradients, every iteration, after which one "
        "step of the updater follows; auto: parameters up to 4 workers, gradients beyond.",
        typeConverter=TypeConverters.toString,
    )
    averagingFrequency: Param[int] = Param(
        Params._dummy(),
        "averagingFrequency",
        "Iterations of every worker between two averages.",
        typeConverter=TypeConverters.toInt,
    )
    biases: Param[str] = Param(
        Params._dummy(),
        "biases",
        "Biases of each recurrent unit: one, or two that are trained each, as in PyTorch; empty: what the cell needs.",
        typeConverter=TypeConverters.toString,
    )
    bidirectional: Param[bool] = Param(
        Params._dummy(),
        "bidirectional",
        "Whether the recurrent layers go through a sequence in both directions.",
        typeConverter=TypeConverters.toBoolean,
    )
    cell: Param[str] = Param(
        Params._dummy(),
        "cell",
        "Cell of the recurrent layers, for the sequences of a table an LSTM.",
        typeConverter=TypeConverters.toString,
    )
    checkpointDir: Param[str] = Param(
        Params._dummy(),
        "checkpointDir",
        "Directory for checkpoints, from which the same training goes on.",
        typeConverter=TypeConverters.toString,
    )
    checkpointEvery: Param[int] = Param(
        Params._dummy(),
        "checkpointEvery",
        "Epochs between two checkpoints; with early stopping always 1.",
        typeConverter=TypeConverters.toInt,
    )
    clipNorm: Param[float] = Param(
        Params._dummy(),
        "clipNorm",
        "Largest norm of the whole gradient, longer ones are scaled down to it; 0: no clipping.",
        typeConverter=TypeConverters.toFloat,
    )
    dropout: Param[float] = Param(
        Params._dummy(),
        "dropout",
        "Probability that a value which a recurrent layer gives upwards is dropped in training.",
        typeConverter=TypeConverters.toFloat,
    )
    earlyStoppingEpochs: Param[int] = Param(
        Params._dummy(),
        "earlyStoppingEpochs",
        "Epochs without a better validation score after which training ends; the best epoch's parameters then are the result; 0: "
        "it ends with the last epoch, on the last parameters.",
        typeConverter=TypeConverters.toInt,
    )
    earlyStoppingMinDelta: Param[float] = Param(
        Params._dummy(),
        "earlyStoppingMinDelta",
        "For early stopping, a score is better if it exceeds the best one before it by more than this; errors, losses and bits a "
        "character: by more than this share of the best one.",
        typeConverter=TypeConverters.toFloat,
    )
    emaDecay: Param[float] = Param(
        Params._dummy(),
        "emaDecay",
        "Decay per iteration of a moving average of the parameters, which is evaluated and becomes the model; 0: none.",
        typeConverter=TypeConverters.toFloat,
    )
    embeddingSize: Param[int] = Param(
        Params._dummy(),
        "embeddingSize",
        "Values that each token of a text is embedded in.",
        typeConverter=TypeConverters.toInt,
    )
    epochs: Param[int] = Param(
        Params._dummy(),
        "epochs",
        "Passes over the training set; auto: as many as training.iterations has, else what the minibatches of all workers "
        "together ask for, at least 3 where gradients are averaged and 4 where parameters are; with other updaters than muon 10 "
        "where parameters are averaged.",
        typeConverter=TypeConverters.toInt,
    )
    featuresCols: Param[list[str]] = Param(
        Params._dummy(),
        "featuresCols",
        "Columns of features in place of featuresCol, side by side.",
        typeConverter=TypeConverters.toListString,
    )
    handleInvalid: Param[str] = Param(
        Params._dummy(),
        "handleInvalid",
        "What becomes of rows that cannot be used: error, or skip and keep, which leave them out.",
        typeConverter=TypeConverters.toString,
    )
    hidden: Param[list[int]] = Param(
        Params._dummy(),
        "hidden",
        "Units of each recurrent layer, first layer first.",
        typeConverter=TypeConverters.toListInt,
    )
    initialModel: Param[str] = Param(
        Params._dummy(),
        "initialModel",
        "Model file (model.srnn), or the run directory that holds one, whose parameters training starts from, a path or URI; "
        "empty: random ones.",
        typeConverter=TypeConverters.toString,
    )
    inputs: Param[int] = Param(
        Params._dummy(),
        "inputs",
        "Numbers of each time step in features that are flat.",
        typeConverter=TypeConverters.toInt,
    )
    keepBest: Param[bool] = Param(
        Params._dummy(),
        "keepBest",
        "Whether the epoch with the best validation becomes the model, without ending early.",
        typeConverter=TypeConverters.toBoolean,
    )
    kernels: Param[str] = Param(
        Params._dummy(),
        "kernels",
        "Arithmetic that runs: vector (Vector API), portable (plain Java), or the faster one there is.",
        typeConverter=TypeConverters.toString,
    )
    l2: Param[float] = Param(
        Params._dummy(),
        "l2",
        "Coefficient of the L2 penalty on weights; 0: none.",
        typeConverter=TypeConverters.toFloat,
    )
    learningRate: Param[float] = Param(
        Params._dummy(),
        "learningRate",
        "Learning rate, at the peak of the schedule; auto: 0.002 up to 4 workers that average parameters, of muon 0.005 for a "
        "minibatch of 64, else by the samples of a step and by whether tokens are embedded.",
        typeConverter=TypeConverters.toFloat,
    )
    lengthWindowMinibatches: Param[int] = Param(
        Params._dummy(),
        "lengthWindowMinibatches",
        "Minibatches among whose samples those of like length are put together; 0: every minibatch as it was drawn.",
        typeConverter=TypeConverters.toInt,
    )
    minibatchSize: Param[int] = Param(
        Params._dummy(),
        "minibatchSize",
        "Samples in a minibatch, the step of one worker.",
        typeConverter=TypeConverters.toInt,
    )
    missing: Param[str] = Param(
        Params._dummy(),
        "missing",
        "Numbers that are missing: refused, filled with the last one before, or filled and marked in a channel more.",
        typeConverter=TypeConverters.toString,
    )
    mostMinibatches: Param[int] = Param(
        Params._dummy(),
        "mostMinibatches",
        "Most minibatches of a worker in an epoch, the first of its order; 0: all that its shard has.",
        typeConverter=TypeConverters.toInt,
    )
    numTasks: Param[int] = Param(
        Params._dummy(),
        "numTasks",
        "Most tasks that read, train or evaluate at a time.",
        typeConverter=TypeConverters.toInt,
    )
    reads: Param[str] = Param(
        Params._dummy(),
        "reads",
        "States that the output layer reads, where there is one answer for a sequence: the last, or the mean or maximum over its "
        "time steps; empty: the last.",
        typeConverter=TypeConverters.toString,
    )
    recurrentInit: Param[str] = Param(
        Params._dummy(),
        "recurrentInit",
        "Initialisation of the recurrent weights, or with pytorch of all parameters.",
        typeConverter=TypeConverters.toString,
    )
    rounds: Param[str] = Param(
        Params._dummy(),
        "rounds",
        "How rounds run on Spark: resident (tasks that stay), job (a job a round), or the faster one there is.",
        typeConverter=TypeConverters.toString,
    )
    schedule: Param[str] = Param(
        Params._dummy(),
        "schedule",
        "Schedule of the learning rate over the iterations of the run.",
        typeConverter=TypeConverters.toString,
    )
    score: Param[str] = Param(
        Params._dummy(),
        "score",
        "Score that decides about early stopping, plateaus and the best checkpoint; auto: accuracy of classes, rmse of values.",
        typeConverter=TypeConverters.toString,
    )
    seed: Param[int] = Param(
        Params._dummy(),
        "seed",
        "Seed of initial parameters, hold-out, shards and orders.",
        typeConverter=TypeConverters.toInt,
    )
    seriesCol: Param[str] = Param(
        Params._dummy(),
        "seriesCol",
        "Column that names the series of a row, where a row is a reading.",
        typeConverter=TypeConverters.toString,
    )
    shards: Param[str] = Param(
        Params._dummy(),
        "shards",
        "Where Spark ML's fit keeps the samples of workers: memory, disk (Spark's local directories), or disk where they would "
        "take more than half of what an executor may cache.",
        typeConverter=TypeConverters.toString,
    )
    standardise: Param[str] = Param(
        Params._dummy(),
        "standardise",
        "Whether numbers are brought to mean 0 and deviation 1, fitted on the training data: of each channel, of each series' "
        "channels, or not at all. Features that are 0 or 1 alone stay so, and so do counts, the targets of the loss poisson.",
        typeConverter=TypeConverters.toString,
    )
    staticCols: Param[list[str]] = Param(
        Params._dummy(),
        "staticCols",
        "Columns of numbers that a whole sequence has.",
        typeConverter=TypeConverters.toListString,
    )
    strideSteps: Param[int] = Param(
        Params._dummy(),
        "strideSteps",
        "Time steps from one window's start to the next, of training windows.",
        typeConverter=TypeConverters.toInt,
    )
    textCol: Param[str] = Param(
        Params._dummy(),
        "textCol",
        "Column of a text, or of an array of tokens, which are embedded.",
        typeConverter=TypeConverters.toString,
    )
    threadsPerWorker: Param[int] = Param(
        Params._dummy(),
        "threadsPerWorker",
        "Threads that compute for one worker; the result does not depend on them.",
        typeConverter=TypeConverters.toInt,
    )
    timeCol: Param[str] = Param(
        Params._dummy(),
        "timeCol",
        "Column by which the readings of a series are put in order.",
        typeConverter=TypeConverters.toString,
    )
    timeSteps: Param[int] = Param(
        Params._dummy(),
        "timeSteps",
        "Time steps of a sequence; features are a multiple of it.",
        typeConverter=TypeConverters.toInt,
    )
    tokens: Param[str] = Param(
        Params._dummy(),
        "tokens",
        "Tokens of a text: its characters, or its words between blanks.",
        typeConverter=TypeConverters.toString,
    )
    unscaled: Param[list[str]] = Param(
        Params._dummy(),
        "unscaled",
        "Features that are not standardised, such as those from 0 to 1.",
        typeConverter=TypeConverters.toListString,
    )
    updater: Param[str] = Param(
        Params._dummy(),
        "updater",
        "Updater; auto: muon where gradients are averaged, and where up to 4 workers that learn classes average parameters and "
        "updater.learning-rate is auto, too; else adam.",
        typeConverter=TypeConverters.toString,
    )
    validationFrom: Param[str] = Param(
        Params._dummy(),
        "validationFrom",
        "Where the validation part of a series begins: a value of the time column, or of a text the part that is before, such as "
        "0.9; empty: there is none.",
        typeConverter=TypeConverters.toString,
    )
    vocabularyMinCount: Param[int] = Param(
        Params._dummy(),
        "vocabularyMinCount",
        "Times that a token must occur in the training data to have an embedding.",
        typeConverter=TypeConverters.toInt,
    )
    vocabularySize: Param[int] = Param(
        Params._dummy(),
        "vocabularySize",
        "Tokens that have an embedding, the most frequent ones; all others are one unknown token. 0: all.",
        typeConverter=TypeConverters.toInt,
    )
    warmUpIterations: Param[int] = Param(
        Params._dummy(),
        "warmUpIterations",
        "Iterations of linear warm-up before the schedule; 0: none; auto: none up to 4 workers that average parameters, else a "
        "twentieth or a tenth of the run.",
        typeConverter=TypeConverters.toInt,
    )
    weightDecay: Param[float] = Param(
        Params._dummy(),
        "weightDecay",
        "Weight decay of adamw: the part of each weight, times the learning rate, that an iteration takes off; biases keep all.",
        typeConverter=TypeConverters.toFloat,
    )
    windowSteps: Param[int] = Param(
        Params._dummy(),
        "windowSteps",
        "Time steps of the windows that series, or the text of a language model, are cut into; 0: none.",
        typeConverter=TypeConverters.toInt,
    )
    workers: Param[int] = Param(
        Params._dummy(),
        "workers",
        "Workers: replicas of the model, each with its own shard of the training set; part of the result, whatever the number of "
        "executors.",
        typeConverter=TypeConverters.toInt,
    )

    def getActivation(self) -> str:
        """The value of activation, or its default."""
        return self.getOrDefault(self.activation)

    def getAveraging(self) -> str:
        """The value of averaging, or its default."""
        return self.getOrDefault(self.averaging)

    def getAveragingFrequency(self) -> int:
        """The value of averagingFrequency, or its default."""
        return self.getOrDefault(self.averagingFrequency)

    def getBiases(self) -> str:
        """The value of biases, or its default."""
        return self.getOrDefault(self.biases)

    def getBidirectional(self) -> bool:
        """The value of bidirectional, or its default."""
        return self.getOrDefault(self.bidirectional)

    def getCell(self) -> str:
        """The value of cell, or its default."""
        return self.getOrDefault(self.cell)

    def getCheckpointDir(self) -> str:
        """The value of checkpointDir, or its default."""
        return self.getOrDefault(self.checkpointDir)

    def getCheckpointEvery(self) -> int:
        """The value of checkpointEvery, or its default."""
        return self.getOrDefault(self.checkpointEvery)

    def getClipNorm(self) -> float:
        """The value of clipNorm, or its default."""
        return self.getOrDefault(self.clipNorm)

    def getDropout(self) -> float:
        """The value of dropout, or its default."""
        return self.getOrDefault(self.dropout)

    def getEarlyStoppingEpochs(self) -> int:
        """The value of earlyStoppingEpochs, or its default."""
        return self.getOrDefault(self.earlyStoppingEpochs)

    def getEarlyStoppingMinDelta(self) -> float:
        """The value of earlyStoppingMinDelta, or its default."""
        return self.getOrDefault(self.earlyStoppingMinDelta)

    def getEmaDecay(self) -> float:
        """The value of emaDecay, or its default."""
        return self.getOrDefault(self.emaDecay)

    def getEmbeddingSize(self) -> int:
        """The value of embeddingSize, or its default."""
        return self.getOrDefault(self.embeddingSize)

    def getEpochs(self) -> int:
        """The value of epochs, or its default."""
        return self.getOrDefault(self.epochs)

    def getFeaturesCols(self) -> list[str]:
        """The value of featuresCols, or its default."""
        return self.getOrDefault(self.featuresCols)

    def getHandleInvalid(self) -> str:
        """The value of handleInvalid, or its default."""
        return self.getOrDefault(self.handleInvalid)

    def getHidden(self) -> list[int]:
        """The value of hidden, or its default."""
        return self.getOrDefault(self.hidden)

    def getInitialModel(self) -> str:
        """The value of initialModel, or its default."""
        return self.getOrDefault(self.initialModel)

    def getInputs(self) -> int:
        """The value of inputs, or its default."""
        return self.getOrDefault(self.inputs)

    def getKeepBest(self) -> bool:
        """The value of keepBest, or its default."""
        return self.getOrDefault(self.keepBest)

    def getKernels(self) -> str:
        """The value of kernels, or its default."""
        return self.getOrDefault(self.kernels)

    def getL2(self) -> float:
        """The value of l2, or its default."""
        return self.getOrDefault(self.l2)

    def getLearningRate(self) -> float:
        """The value of learningRate, or its default."""
        return self.getOrDefault(self.learningRate)

    def getLengthWindowMinibatches(self) -> int:
        """The value of lengthWindowMinibatches, or its default."""
        return self.getOrDefault(self.lengthWindowMinibatches)

    def getMinibatchSize(self) -> int:
        """The value of minibatchSize, or its default."""
        return self.getOrDefault(self.minibatchSize)

    def getMissing(self) -> str:
        """The value of missing, or its default."""
        return self.getOrDefault(self.missing)

    def getMostMinibatches(self) -> int:
        """The value of mostMinibatches, or its default."""
        return self.getOrDefault(self.mostMinibatches)

    def getNumTasks(self) -> int:
        """The value of numTasks, or its default."""
        return self.getOrDefault(self.numTasks)

    def getReads(self) -> str:
        """The value of reads, or its default."""
        return self.getOrDefault(self.reads)

    def getRecurrentInit(self) -> str:
        """The value of recurrentInit, or its default."""
        return self.getOrDefault(self.recurrentInit)

    def getRounds(self) -> str:
        """The value of rounds, or its default."""
        return self.getOrDefault(self.rounds)

    def getSchedule(self) -> str:
        """The value of schedule, or its default."""
        return self.getOrDefault(self.schedule)

    def getScore(self) -> str:
        """The value of score, or its default."""
        return self.getOrDefault(self.score)

    def getSeed(self) -> int:
        """The value of seed, or its default."""
        return self.getOrDefault(self.seed)

    def getSeriesCol(self) -> str:
        """The value of seriesCol, or its default."""
        return self.getOrDefault(self.seriesCol)

    def getShards(self) -> str:
        """The value of shards, or its default."""
        return self.getOrDefault(self.shards)

    def getStandardise(self) -> str:
        """The value of standardise, or its default."""
        return self.getOrDefault(self.standardise)

    def getStaticCols(self) -> list[str]:
        """The value of staticCols, or its default."""
        return self.getOrDefault(self.staticCols)

    def getStrideSteps(self) -> int:
        """The value of strideSteps, or its default."""
        return self.getOrDefault(self.strideSteps)

    def getTextCol(self) -> str:
        """The value of textCol, or its default."""
        return self.getOrDefault(self.textCol)

    def getThreadsPerWorker(self) -> int:
        """The value of threadsPerWorker, or its default."""
        return self.getOrDefault(self.threadsPerWorker)

    def getTimeCol(self) -> str:
        """The value of timeCol, or its default."""
        return self.getOrDefault(self.timeCol)

    def getTimeSteps(self) -> int:
        """The value of timeSteps, or its default."""
        return self.getOrDefault(self.timeSteps)

    def getTokens(self) -> str:
        """The value of tokens, or its default."""
        return self.getOrDefault(self.tokens)

    def getUnscaled(self) -> list[str]:
        """The value of unscaled, or its default."""
        return self.getOrDefault(self.unscaled)

    def getUpdater(self) -> str:
        """The value of updater, or its default."""
        return self.getOrDefault(self.updater)

    def getValidationFrom(self) -> str:
        """The value of validationFrom, or its default."""
        return self.getOrDefault(self.validationFrom)

    def getVocabularyMinCount(self) -> int:
        """The value of vocabularyMinCount, or its default."""
        return self.getOrDefault(self.vocabularyMinCount)

    def getVocabularySize(self) -> int:
        """The value of vocabularySize, or its default."""
        return self.getOrDefault(self.vocabularySize)

    def getWarmUpIterations(self) -> int:
        """The value of warmUpIterations, or its default."""
        return self.getOrDefault(self.warmUpIterations)

    def getWeightDecay(self) -> float:
        """The value of weightDecay, or its default."""
        return self.getOrDefault(self.weightDecay)

    def getWindowSteps(self) -> int:
        """The value of windowSteps, or its default."""
        return self.getOrDefault(self.windowSteps)

    def getWorkers(self) -> int:
        """The value of workers, or its default."""
        return self.getOrDefault(self.workers)


class _RnnSetters(_RnnParams):
    """Their setters."""

    def setActivation(self: E, value: str) -> E:
        """Sets activation."""
        return self._set(activation=value)

    def setAveraging(self: E, value: str) -> E:
        """Sets averaging."""
        return self._set(averaging=value)

    def setAveragingFrequency(self: E, value: int) -> E:
        """Sets averagingFrequency."""
        return self._set(averagingFrequency=value)

    def setBiases(self: E, value: str) -> E:
        """Sets biases."""
        return self._set(biases=value)

    def setBidirectional(self: E, value: bool) -> E:
        """Sets bidirectional."""
        return self._set(bidirectional=value)

    def setCell(self: E, value: str) -> E:
        """Sets cell."""
        return self._set(cell=value)

    def setCheckpointDir(self: E, value: str) -> E:
        """Sets checkpointDir."""
        return self._set(checkpointDir=value)

    def setCheckpointEvery(self: E, value: int) -> E:
        """Sets checkpointEvery."""
        return self._set(checkpointEvery=value)

    def setClipNorm(self: E, value: float) -> E:
        """Sets clipNorm."""
        return self._set(clipNorm=value)

    def setDropout(self: E, value: float) -> E:
        """Sets dropout."""
        return self._set(dropout=value)

    def setEarlyStoppingEpochs(self: E, value: int) -> E:
        """Sets earlyStoppingEpochs."""
        return self._set(earlyStoppingEpochs=value)

    def setEarlyStoppingMinDelta(self: E, value: float) -> E:
        """Sets earlyStoppingMinDelta."""
        return self._set(earlyStoppingMinDelta=value)

    def setEmaDecay(self: E, value: float) -> E:
        """Sets emaDecay."""
        return self._set(emaDecay=value)

    def setEmbeddingSize(self: E, value: int) -> E:
        """Sets embeddingSize."""
        return self._set(embeddingSize=value)

    def setEpochs(self: E, value: int) -> E:
        """Sets epochs."""
        return self._set(epochs=value)

    def setFeaturesCols(self: E, value: list[str]) -> E:
        """Sets featuresCols."""
        return self._set(featuresCols=value)

    def setHandleInvalid(self: E, value: str) -> E:
        """Sets handleInvalid."""
        return self._set(handleInvalid=value)

    def setHidden(self: E, value: list[int]) -> E:
        """Sets hidden."""
        return self._set(hidden=value)

    def setInitialModel(self: E, value: str) -> E:
        """Sets initialModel."""
        return self._set(initialModel=value)

    def setInputs(self: E, value: int) -> E:
        """Sets inputs."""
        return self._set(inputs=value)

    def setKeepBest(self: E, value: bool) -> E:
        """Sets keepBest."""
        return self._set(keepBest=value)

    def setKernels(self: E, value: str) -> E:
        """Sets kernels."""
        return self._set(kernels=value)

    def setL2(self: E, value: float) -> E:
        """Sets l2."""
        return self._set(l2=value)

    def setLearningRate(self: E, value: float) -> E:
        """Sets learningRate."""
        return self._set(learningRate=value)

    def setLengthWindowMinibatches(self: E, value: int) -> E:
        """Sets lengthWindowMinibatches."""
        return self._set(lengthWindowMinibatches=value)

    def setMinibatchSize(self: E, value: int) -> E:
        """Sets minibatchSize."""
        return self._set(minibatchSize=value)

    def setMissing(self: E, value: str) -> E:
        """Sets missing."""
        return self._set(missing=value)

    def setMostMinibatches(self: E, value: int) -> E:
        """Sets mostMinibatches."""
        return self._set(mostMinibatches=value)

    def setNumTasks(self: E, value: int) -> E:
        """Sets numTasks."""
        return self._set(numTasks=value)

    def setReads(self: E, value: str) -> E:
        """Sets reads."""
        return self._set(reads=value)

    def setRecurrentInit(self: E, value: str) -> E:
        """Sets recurrentInit."""
        return self._set(recurrentInit=value)

    def setRounds(self: E, value: str) -> E:
        """Sets rounds."""
        return self._set(rounds=value)

    def setSchedule(self: E, value: str) -> E:
        """Sets schedule."""
        return self._set(schedule=value)

    def setScore(self: E, value: str) -> E:
        """Sets score."""
        return self._set(score=value)

    def setSeed(self: E, value: int) -> E:
        """Sets seed."""
        return self._set(seed=value)

    def setSeriesCol(self: E, value: str) -> E:
        """Sets seriesCol."""
        return self._set(seriesCol=value)

    def setShards(self: E, value: str) -> E:
        """Sets shards."""
        return self._set(shards=value)

    def setStandardise(self: E, value: str) -> E:
        """Sets standardise."""
        return self._set(standardise=value)

    def setStaticCols(self: E, value: list[str]) -> E:
        """Sets staticCols."""
        return self._set(staticCols=value)

    def setStrideSteps(self: E, value: int) -> E:
        """Sets strideSteps."""
        return self._set(strideSteps=value)

    def setTextCol(self: E, value: str) -> E:
        """Sets textCol."""
        return self._set(textCol=value)

    def setThreadsPerWorker(self: E, value: int) -> E:
        """Sets threadsPerWorker."""
        return self._set(threadsPerWorker=value)

    def setTimeCol(self: E, value: str) -> E:
        """Sets timeCol."""
        return self._set(timeCol=value)

    def setTimeSteps(self: E, value: int) -> E:
        """Sets timeSteps."""
        return self._set(timeSteps=value)

    def setTokens(self: E, value: str) -> E:
        """Sets tokens."""
        return self._set(tokens=value)

    def setUnscaled(self: E, value: list[str]) -> E:
        """Sets unscaled."""
        return self._set(unscaled=value)

    def setUpdater(self: E, value: str) -> E:
        """Sets updater."""
        return self._set(updater=value)

    def setValidationFrom(self: E, value: str) -> E:
        """Sets validationFrom."""
        return self._set(validationFrom=value)

    def setVocabularyMinCount(self: E, value: int) -> E:
        """Sets vocabularyMinCount."""
        return self._set(vocabularyMinCount=value)

    def setVocabularySize(self: E, value: int) -> E:
        """Sets vocabularySize."""
        return self._set(vocabularySize=value)

    def setWarmUpIterations(self: E, value: int) -> E:
        """Sets warmUpIterations."""
        return self._set(warmUpIterations=value)

    def setWeightDecay(self: E, value: float) -> E:
        """Sets weightDecay."""
        return self._set(weightDecay=value)

    def setWindowSteps(self: E, value: int) -> E:
        """Sets windowSteps."""
        return self._set(windowSteps=value)

    def setWorkers(self: E, value: int) -> E:
        """Sets workers."""
        return self._set(workers=value)


class _RnnClassifierParams(HasValidationIndicatorCol, HasWeightCol, _RnnParams):
    """Params of RnnClassifier and its model."""

    classWeights: Param[str] = Param(
        Params._dummy(),
        "classWeights",
        "Weights of classes in the loss: balanced makes all classes of the training data count as much; empty: every sample "
        "counts as much.",
        typeConverter=TypeConverters.toString,
    )
    labelSmoothing: Param[float] = Param(
        Params._dummy(),
        "labelSmoothing",
        "Share of a class's target that all classes have together.",
        typeConverter=TypeConverters.toFloat,
    )

    def getClassWeights(self) -> str:
        """The value of classWeights, or its default."""
        return self.getOrDefault(self.classWeights)

    def getLabelSmoothing(self) -> float:
        """The value of labelSmoothing, or its default."""
        return self.getOrDefault(self.labelSmoothing)


class RnnClassifier(_JavaProbabilisticClassifier["RnnClassificationModel"], _RnnClassifierParams, _RnnSetters, Stage):
    """Classifies sequences: recurrent layers and a softmax."""

    _input_kwargs: dict[str, Any]

    @keyword_only
    def __init__(
        self,
        *,
        featuresCol: str = "features",
        labelCol: str = "label",
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        rawPredictionCol: str = "rawPrediction",
        seriesCol: str | None = None,
        textCol: str | None = None,
        timeCol: str | None = None,
        validationIndicatorCol: str | None = None,
        weightCol: str | None = None,
        activation: str = "tanh",
        averaging: str = "auto",
        averagingFrequency: int = 5,
        biases: str | None = None,
        bidirectional: bool = False,
        cell: str = "elman",
        checkpointDir: str | None = None,
        checkpointEvery: int = 1,
        classWeights: str | None = None,
        clipNorm: float = 1.0,
        dropout: float = 0.0,
        earlyStoppingEpochs: int = 0,
        earlyStoppingMinDelta: float = 0.0,
        emaDecay: float = 0.0,
        embeddingSize: int = 32,
        epochs: int | None = None,
        featuresCols: list[str] | None = None,
        handleInvalid: str = "error",
        hidden: list[int] | None = None,
        initialModel: str | None = None,
        inputs: int = 1,
        keepBest: bool = False,
        kernels: str = "auto",
        l2: float = 0.0,
        labelSmoothing: float = 0.0,
        learningRate: float | None = None,
        lengthWindowMinibatches: int = 16,
        minibatchSize: int = 64,
        missing: str = "refuse",
        mostMinibatches: int = 0,
        numTasks: int | None = None,
        reads: str | None = None,
        recurrentInit: str = "orthogonal",
        rounds: str = "auto",
        schedule: str = "cosine",
        score: str = "auto",
        seed: int = 1,
        shards: str = "auto",
        standardise: str = "none",
        staticCols: list[str] | None = None,
        strideSteps: int = 1,
        threadsPerWorker: int = 1,
        thresholds: list[float] | None = None,
        timeSteps: int | None = None,
        tokens: str = "characters",
        unscaled: list[str] | None = None,
        updater: str = "auto",
        validationFrom: str | None = None,
        vocabularyMinCount: int = 1,
        vocabularySize: int = 0,
        warmUpIterations: int | None = None,
        weightDecay: float = 0.01,
        windowSteps: int = 0,
        workers: int = 2,
    ) -> None:
        super().__init__()
        self._start()
        self._setDefault(
            activation="tanh",
            averaging="auto",
            averagingFrequency=5,
            bidirectional=False,
            cell="elman",
            checkpointEvery=1,
            clipNorm=1.0,
            dropout=0.0,
            earlyStoppingEpochs=0,
            earlyStoppingMinDelta=0.0,
            emaDecay=0.0,
            embeddingSize=32,
            handleInvalid="error",
            hidden=[150],
            inputs=1,
            keepBest=False,
            kernels="auto",
            l2=0.0,
            labelSmoothing=0.0,
            lengthWindowMinibatches=16,
            minibatchSize=64,
            missing="refuse",
            mostMinibatches=0,
            recurrentInit="orthogonal",
            rounds="auto",
            schedule="cosine",
            score="auto",
            seed=1,
            shards="auto",
            standardise="none",
            strideSteps=1,
            threadsPerWorker=1,
            tokens="characters",
            updater="auto",
            vocabularyMinCount=1,
            vocabularySize=0,
            weightDecay=0.01,
            windowSteps=0,
            workers=2,
        )
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        featuresCol: str = "features",
        labelCol: str = "label",
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        rawPredictionCol: str = "rawPrediction",
        seriesCol: str | None = None,
        textCol: str | None = None,
        timeCol: str | None = None,
        validationIndicatorCol: str | None = None,
        weightCol: str | None = None,
        activation: str = "tanh",
        averaging: str = "auto",
        averagingFrequency: int = 5,
        biases: str | None = None,
        bidirectional: bool = False,
        cell: str = "elman",
        checkpointDir: str | None = None,
        checkpointEvery: int = 1,
        classWeights: str | None = None,
        clipNorm: float = 1.0,
        dropout: float = 0.0,
        earlyStoppingEpochs: int = 0,
        earlyStoppingMinDelta: float = 0.0,
        emaDecay: float = 0.0,
        embeddingSize: int = 32,
        epochs: int | None = None,
        featuresCols: list[str] | None = None,
        handleInvalid: str = "error",
        hidden: list[int] | None = None,
        initialModel: str | None = None,
        inputs: int = 1,
        keepBest: bool = False,
        kernels: str = "auto",
        l2: float = 0.0,
        labelSmoothing: float = 0.0,
        learningRate: float | None = None,
        lengthWindowMinibatches: int = 16,
        minibatchSize: int = 64,
        missing: str = "refuse",
        mostMinibatches: int = 0,
        numTasks: int | None = None,
        reads: str | None = None,
        recurrentInit: str = "orthogonal",
        rounds: str = "auto",
        schedule: str = "cosine",
        score: str = "auto",
        seed: int = 1,
        shards: str = "auto",
        standardise: str = "none",
        staticCols: list[str] | None = None,
        strideSteps: int = 1,
        threadsPerWorker: int = 1,
        thresholds: list[float] | None = None,
        timeSteps: int | None = None,
        tokens: str = "characters",
        unscaled: list[str] | None = None,
        updater: str = "auto",
        validationFrom: str | None = None,
        vocabularyMinCount: int = 1,
        vocabularySize: int = 0,
        warmUpIterations: int | None = None,
        weightDecay: float = 0.01,
        windowSteps: int = 0,
        workers: int = 2,
    ) -> RnnClassifier:
        """Sets those that are given."""
        return self._set(**self._input_kwargs)

    def setValidationIndicatorCol(self, value: str) -> RnnClassifier:
        """Sets validationIndicatorCol."""
        return self._set(validationIndicatorCol=value)

    def setWeightCol(self, value: str) -> RnnClassifier:
        """Sets weightCol."""
        return self._set(weightCol=value)

    def setClassWeights(self, value: str) -> RnnClassifier:
        """Sets classWeights."""
        return self._set(classWeights=value)

    def setLabelSmoothing(self, value: float) -> RnnClassifier:
        """Sets labelSmoothing."""
        return self._set(labelSmoothing=value)

    def _create_model(self, java_model: Any) -> RnnClassificationModel:
        return RnnClassificationModel(java_model)


class _RnnRegressorParams(HasValidationIndicatorCol, HasWeightCol, _RnnParams):
    """Params of RnnRegressor and its model."""

    firstCountedStep: Param[int] = Param(
        Params._dummy(),
        "firstCountedStep",
        "First time step that counts for the loss, where there is an answer for each: those before it warm the state up.",
        typeConverter=TypeConverters.toInt,
    )
    horizonSteps: Param[int] = Param(
        Params._dummy(),
        "horizonSteps",
        "Time steps ahead that are forecast; 0: the target of the step itself.",
        typeConverter=TypeConverters.toInt,
    )
    knownAhead: Param[list[str]] = Param(
        Params._dummy(),
        "knownAhead",
        "Features that are known ahead, such as those of the calendar: they are read at the time that is forecast.",
        typeConverter=TypeConverters.toListString,
    )
    labelCols: Param[list[str]] = Param(
        Params._dummy(),
        "labelCols",
        "Columns of several targets in place of labelCol.",
        typeConverter=TypeConverters.toListString,
    )
    loss: Param[str] = Param(
        Params._dummy(),
        "loss",
        "Loss of numbers; empty: squared. Classes have softmax and cross-entropy, always.",
        typeConverter=TypeConverters.toString,
    )
    quantiles: Param[list[str]] = Param(
        Params._dummy(),
        "quantiles",
        "Levels of the quantiles that the loss quantile has an output for, between 0 and 1.",
        typeConverter=TypeConverters.toListString,
    )
    targetTransform: Param[str] = Param(
        Params._dummy(),
        "targetTransform",
        "Function of targets before they are standardised; scores undo it.",
        typeConverter=TypeConverters.toString,
    )

    def getFirstCountedStep(self) -> int:
        """The value of firstCountedStep, or its default."""
        return self.getOrDefault(self.firstCountedStep)

    def getHorizonSteps(self) -> int:
        """The value of horizonSteps, or its default."""
        return self.getOrDefault(self.horizonSteps)

    def getKnownAhead(self) -> list[str]:
        """The value of knownAhead, or its default."""
        return self.getOrDefault(self.knownAhead)

    def getLabelCols(self) -> list[str]:
        """The value of labelCols, or its default."""
        return self.getOrDefault(self.labelCols)

    def getLoss(self) -> str:
        """The value of loss, or its default."""
        return self.getOrDefault(self.loss)

    def getQuantiles(self) -> list[str]:
        """The value of quantiles, or its default."""
        return self.getOrDefault(self.quantiles)

    def getTargetTransform(self) -> str:
        """The value of targetTransform, or its default."""
        return self.getOrDefault(self.targetTransform)


class RnnRegressor(_JavaRegressor["RnnRegressionModel"], _RnnRegressorParams, _RnnSetters, Stage):
    """Predicts numbers from sequences."""

    _input_kwargs: dict[str, Any]

    @keyword_only
    def __init__(
        self,
        *,
        featuresCol: str = "features",
        labelCol: str = "label",
        predictionCol: str = "prediction",
        seriesCol: str | None = None,
        textCol: str | None = None,
        timeCol: str | None = None,
        validationIndicatorCol: str | None = None,
        weightCol: str | None = None,
        activation: str | None = None,
        averaging: str = "auto",
        averagingFrequency: int = 5,
        biases: str | None = None,
        bidirectional: bool = False,
        cell: str = "lstm",
        checkpointDir: str | None = None,
        checkpointEvery: int = 1,
        clipNorm: float = 1.0,
        dropout: float = 0.0,
        earlyStoppingEpochs: int = 0,
        earlyStoppingMinDelta: float = 0.0,
        emaDecay: float = 0.0,
        embeddingSize: int = 32,
        epochs: int | None = None,
        featuresCols: list[str] | None = None,
        firstCountedStep: int = 0,
        handleInvalid: str = "error",
        hidden: list[int] | None = None,
        horizonSteps: int = 0,
        initialModel: str | None = None,
        inputs: int = 1,
        keepBest: bool = False,
        kernels: str = "auto",
        knownAhead: list[str] | None = None,
        l2: float = 0.0,
        labelCols: list[str] | None = None,
        learningRate: float | None = None,
        lengthWindowMinibatches: int = 16,
        loss: str | None = None,
        minibatchSize: int = 64,
        missing: str = "refuse",
        mostMinibatches: int = 0,
        numTasks: int | None = None,
        quantiles: list[str] | None = None,
        reads: str | None = None,
        recurrentInit: str = "orthogonal",
        rounds: str = "auto",
        schedule: str = "cosine",
        score: str = "auto",
        seed: int = 1,
        shards: str = "auto",
        standardise: str = "channel",
        staticCols: list[str] | None = None,
        strideSteps: int = 1,
        targetTransform: str | None = None,
        threadsPerWorker: int = 1,
        timeSteps: int | None = None,
        tokens: str = "characters",
        unscaled: list[str] | None = None,
        updater: str = "auto",
        validationFrom: str | None = None,
        vocabularyMinCount: int = 1,
        vocabularySize: int = 0,
        warmUpIterations: int | None = None,
        weightDecay: float = 0.01,
        windowSteps: int = 0,
        workers: int = 2,
    ) -> None:
        super().__init__()
        self._start()
        self._setDefault(
            averaging="auto",
            averagingFrequency=5,
            bidirectional=False,
            cell="lstm",
            checkpointEvery=1,
            clipNorm=1.0,
            dropout=0.0,
            earlyStoppingEpochs=0,
            earlyStoppingMinDelta=0.0,
            emaDecay=0.0,
            embeddingSize=32,
            firstCountedStep=0,
            handleInvalid="error",
            hidden=[64],
            horizonSteps=0,
            inputs=1,
            keepBest=False,
            kernels="auto",
            l2=0.0,
            lengthWindowMinibatches=16,
            minibatchSize=64,
            missing="refuse",
            mostMinibatches=0,
            recurrentInit="orthogonal",
            rounds="auto",
            schedule="cosine",
            score="auto",
            seed=1,
            shards="auto",
            standardise="channel",
            strideSteps=1,
            threadsPerWorker=1,
            tokens="characters",
            updater="auto",
            vocabularyMinCount=1,
            vocabularySize=0,
            weightDecay=0.01,
            windowSteps=0,
            workers=2,
        )
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        featuresCol: str = "features",
        labelCol: str = "label",
        predictionCol: str = "prediction",
        seriesCol: str | None = None,
        textCol: str | None = None,
        timeCol: str | None = None,
        validationIndicatorCol: str | None = None,
        weightCol: str | None = None,
        activation: str | None = None,
        averaging: str = "auto",
        averagingFrequency: int = 5,
        biases: str | None = None,
        bidirectional: bool = False,
        cell: str = "lstm",
        checkpointDir: str | None = None,
        checkpointEvery: int = 1,
        clipNorm: float = 1.0,
        dropout: float = 0.0,
        earlyStoppingEpochs: int = 0,
        earlyStoppingMinDelta: float = 0.0,
        emaDecay: float = 0.0,
        embeddingSize: int = 32,
        epochs: int | None = None,
        featuresCols: list[str] | None = None,
        firstCountedStep: int = 0,
        handleInvalid: str = "error",
        hidden: list[int] | None = None,
        horizonSteps: int = 0,
        initialModel: str | None = None,
        inputs: int = 1,
        keepBest: bool = False,
        kernels: str = "auto",
        knownAhead: list[str] | None = None,
        l2: float = 0.0,
        labelCols: list[str] | None = None,
        learningRate: float | None = None,
        lengthWindowMinibatches: int = 16,
        loss: str | None = None,
        minibatchSize: int = 64,
        missing: str = "refuse",
        mostMinibatches: int = 0,
        numTasks: int | None = None,
        quantiles: list[str] | None = None,
        reads: str | None = None,
        recurrentInit: str = "orthogonal",
        rounds: str = "auto",
        schedule: str = "cosine",
        score: str = "auto",
        seed: int = 1,
        shards: str = "auto",
        standardise: str = "channel",
        staticCols: list[str] | None = None,
        strideSteps: int = 1,
        targetTransform: str | None = None,
        threadsPerWorker: int = 1,
        timeSteps: int | None = None,
        tokens: str = "characters",
        unscaled: list[str] | None = None,
        updater: str = "auto",
        validationFrom: str | None = None,
        vocabularyMinCount: int = 1,
        vocabularySize: int = 0,
        warmUpIterations: int | None = None,
        weightDecay: float = 0.01,
        windowSteps: int = 0,
        workers: int = 2,
    ) -> RnnRegressor:
        """Sets those that are given."""
        return self._set(**self._input_kwargs)

    def setValidationIndicatorCol(self, value: str) -> RnnRegressor:
        """Sets validationIndicatorCol."""
        return self._set(validationIndicatorCol=value)

    def setWeightCol(self, value: str) -> RnnRegressor:
        """Sets weightCol."""
        return self._set(weightCol=value)

    def setFirstCountedStep(self, value: int) -> RnnRegressor:
        """Sets firstCountedStep."""
        return self._set(firstCountedStep=value)

    def setHorizonSteps(self, value: int) -> RnnRegressor:
        """Sets horizonSteps."""
        return self._set(horizonSteps=value)

    def setKnownAhead(self, value: list[str]) -> RnnRegressor:
        """Sets knownAhead."""
        return self._set(knownAhead=value)

    def setLabelCols(self, value: list[str]) -> RnnRegressor:
        """Sets labelCols."""
        return self._set(labelCols=value)

    def setLoss(self, value: str) -> RnnRegressor:
        """Sets loss."""
        return self._set(loss=value)

    def setQuantiles(self, value: list[str]) -> RnnRegressor:
        """Sets quantiles."""
        return self._set(quantiles=value)

    def setTargetTransform(self, value: str) -> RnnRegressor:
        """Sets targetTransform."""
        return self._set(targetTransform=value)

    def _create_model(self, java_model: Any) -> RnnRegressionModel:
        return RnnRegressionModel(java_model)


class _RnnSequenceLabelerParams(
    HasFeaturesCol,
    HasLabelCol,
    HasPredictionCol,
    HasProbabilityCol,
    HasValidationIndicatorCol,
    HasWeightCol,
    _RnnParams,
):
    """Params of RnnSequenceLabeler and its model."""

    classWeights: Param[str] = Param(
        Params._dummy(),
        "classWeights",
        "Weights of classes in the loss: balanced makes all classes of the training data count as much; empty: every sample "
        "counts as much.",
        typeConverter=TypeConverters.toString,
    )
    labelSmoothing: Param[float] = Param(
        Params._dummy(),
        "labelSmoothing",
        "Share of a class's target that all classes have together.",
        typeConverter=TypeConverters.toFloat,
    )

    def getClassWeights(self) -> str:
        """The value of classWeights, or its default."""
        return self.getOrDefault(self.classWeights)

    def getLabelSmoothing(self) -> float:
        """The value of labelSmoothing, or its default."""
        return self.getOrDefault(self.labelSmoothing)


class RnnSequenceLabeler(JavaEstimator["RnnSequenceLabelingModel"], _RnnSequenceLabelerParams, _RnnSetters, Stage):
    """Classifies the time steps of sequences."""

    _input_kwargs: dict[str, Any]

    @keyword_only
    def __init__(
        self,
        *,
        featuresCol: str = "features",
        labelCol: str = "label",
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        seriesCol: str | None = None,
        textCol: str | None = None,
        timeCol: str | None = None,
        validationIndicatorCol: str | None = None,
        weightCol: str | None = None,
        activation: str | None = None,
        averaging: str = "auto",
        averagingFrequency: int = 5,
        biases: str | None = None,
        bidirectional: bool = False,
        cell: str = "lstm",
        checkpointDir: str | None = None,
        checkpointEvery: int = 1,
        classWeights: str | None = None,
        clipNorm: float = 1.0,
        dropout: float = 0.0,
        earlyStoppingEpochs: int = 0,
        earlyStoppingMinDelta: float = 0.0,
        emaDecay: float = 0.0,
        embeddingSize: int = 32,
        epochs: int | None = None,
        featuresCols: list[str] | None = None,
        handleInvalid: str = "error",
        hidden: list[int] | None = None,
        initialModel: str | None = None,
        inputs: int = 1,
        keepBest: bool = False,
        kernels: str = "auto",
        l2: float = 0.0,
        labelSmoothing: float = 0.0,
        learningRate: float | None = None,
        lengthWindowMinibatches: int = 16,
        minibatchSize: int = 64,
        missing: str = "refuse",
        mostMinibatches: int = 0,
        numTasks: int | None = None,
        reads: str | None = None,
        recurrentInit: str = "orthogonal",
        rounds: str = "auto",
        schedule: str = "cosine",
        score: str = "auto",
        seed: int = 1,
        shards: str = "auto",
        standardise: str = "channel",
        staticCols: list[str] | None = None,
        strideSteps: int = 1,
        threadsPerWorker: int = 1,
        timeSteps: int | None = None,
        tokens: str = "characters",
        unscaled: list[str] | None = None,
        updater: str = "auto",
        validationFrom: str | None = None,
        vocabularyMinCount: int = 1,
        vocabularySize: int = 0,
        warmUpIterations: int | None = None,
        weightDecay: float = 0.01,
        windowSteps: int = 0,
        workers: int = 2,
    ) -> None:
        super().__init__()
        self._start()
        self._setDefault(
            averaging="auto",
            averagingFrequency=5,
            bidirectional=False,
            cell="lstm",
            checkpointEvery=1,
            clipNorm=1.0,
            dropout=0.0,
            earlyStoppingEpochs=0,
            earlyStoppingMinDelta=0.0,
            emaDecay=0.0,
            embeddingSize=32,
            featuresCol="features",
            handleInvalid="error",
            hidden=[64],
            inputs=1,
            keepBest=False,
            kernels="auto",
            l2=0.0,
            labelCol="label",
            labelSmoothing=0.0,
            lengthWindowMinibatches=16,
            minibatchSize=64,
            missing="refuse",
            mostMinibatches=0,
            predictionCol="prediction",
            probabilityCol="probability",
            recurrentInit="orthogonal",
            rounds="auto",
            schedule="cosine",
            score="auto",
            seed=1,
            shards="auto",
            standardise="channel",
            strideSteps=1,
            threadsPerWorker=1,
            tokens="characters",
            updater="auto",
            vocabularyMinCount=1,
            vocabularySize=0,
            weightDecay=0.01,
            windowSteps=0,
            workers=2,
        )
        self.setParams(**self._input_kwargs)

    @keyword_only
    def setParams(
        self,
        *,
        featuresCol: str = "features",
        labelCol: str = "label",
        predictionCol: str = "prediction",
        probabilityCol: str = "probability",
        seriesCol: str | None = None,
        textCol: str | None = None,
        timeCol: str | None = None,
        validationIndicatorCol: str | None = None,
        weightCol: str | None = None,
        activation: str | None = None,
        averaging: str = "auto",
        averagingFrequency: int = 5,
        biases: str | None = None,
        bidirectional: bool = False,
        cell: str = "lstm",
        checkpointDir: str | None = None,
        checkpointEvery: int = 1,
        classWeights: str | None = None,
        clipNorm: float = 1.0,
        dropout: float = 0.0,
        earlyStoppingEpochs: int = 0,
        earlyStoppingMinDelta: float = 0.0,
        emaDecay: float = 0.0,
        embeddingSize: int = 32,
        epochs: int | None = None,
        featuresCols: list[str] | None = None,
        handleInvalid: str = "error",
        hidden: list[int] | None = None,
        initialModel: str | None = None,
        inputs: int = 1,
        keepBest: bool = False,
        kernels: str = "auto",
        l2: float = 0.0,
        labelSmoothing: float = 0.0,
        learningRate: float | None = None,
        lengthWindowMinibatches: int = 16,
        minibatchSize: int = 64,
        missing: str = "refuse",
        mostMinibatches: int = 0,
        numTasks: int | None = None,
        reads: str | None = None,
        recurrentInit: str = "orthogonal",
        rounds: str = "auto",
        schedule: str = "cosine",
        score: str = "auto",
        seed: int = 1,
        shards: str = "auto",
        standardise: str = "channel",
        staticCols: list[str] | None = None,
        strideSteps: int = 1,
        threadsPerWorker: int = 1,
        timeSteps: int | None = None,
        tokens: str = "characters",
        unscaled: list[str] | None = None,
        updater: str = "auto",
        validationFrom: str | None = None,
        vocabularyMinCount: int = 1,
        vocabularySize: int = 0,
        warmUpIterations: int | None = None,
        weightDecay: float = 0.01,
        windowSteps: int = 0,
        workers: int = 2,
    ) -> RnnSequenceLabeler:
        """Sets those that are given."""
        return self._set(**self._input_kwargs)

    def setFeaturesCol(self, value: str) -> RnnSequenceLabeler:
        """Sets featuresCol."""
        return self._set(featuresCol=value)

    def setLabelCol(self, value: str) -> RnnSequenceLabeler:
        """Sets labelCol."""
        return self._set(labelCol=value)

    def setPredictionCol(self, value: str) -> RnnSequenceLabeler:
        """Sets predictionCol."""
        return self._set(predictionCol=value)

    def setProbabilityCol(self, value: str) -> RnnSequenceLabeler:
        """Sets probabilityCol."""
        return self._set(probabilityCol=value)

    def setValidationIndicatorCol(self, value: str) -> RnnSequenceLabeler:
        """Sets validationIndicatorCol."""
        return self._set(validationIndicatorCol=value)

    def setWeightCol(self, value: str) -> RnnSequenceLabeler:
        """Sets weightCol."""
        return self._set(weightCol=value)

    def setClassWeights(self, value: str) -> RnnSequenceLabeler:
        """Sets classWeights."""
        return self._set(classWeights=value)

    def setLabelSmoothing(self, value: float) -> RnnSequenceLabeler:
        """Sets labelSmoothing."""
        return self._set(labelSmoothing=value)

    def _create_model(self, java_model: Any) -> RnnSequenceLabelingModel:
        return RnnSequenceLabelingModel(java_model)


class RnnClassificationModel(_JavaProbabilisticClassificationModel, _ProbabilisticClassifierParams, _RnnClassifierParams, Fitted):
    """What RnnClassifier has learnt."""

    handleInvalid: Param[str] = Param(
        Params._dummy(),
        "handleInvalid",
        "What becomes of rows that cannot be read: error, or skip, which leaves them out, or keep, which predicts NaN.",
        typeConverter=TypeConverters.toString,
    )

    def getHandleInvalid(self) -> str:
        """The value of handleInvalid, or its default."""
        return self.getOrDefault(self.handleInvalid)

    def __init__(self, java_model: Any = None) -> None:
        super().__init__(java_model)
        self._setDefault(
            handleInvalid="error",
        )

    def setHandleInvalid(self, value: str) -> RnnClassificationModel:
        """Sets handleInvalid."""
        return self._set(handleInvalid=value)

    @property
    def labels(self) -> list[str]:
        return list(self._call_java("labels"))


class RnnRegressionModel(_JavaRegressionModel, _PredictorParams, _RnnRegressorParams, Fitted):
    """What RnnRegressor has learnt."""

    handleInvalid: Param[str] = Param(
        Params._dummy(),
        "handleInvalid",
        "What becomes of rows that cannot be read: error, or skip, which leaves them out, or keep, which predicts NaN.",
        typeConverter=TypeConverters.toString,
    )
    predictionsCol: Param[str] = Param(
        Params._dummy(),
        "predictionsCol",
        "Column of all outputs, where there are several.",
        typeConverter=TypeConverters.toString,
    )

    def getHandleInvalid(self) -> str:
        """The value of handleInvalid, or its default."""
        return self.getOrDefault(self.handleInvalid)

    def getPredictionsCol(self) -> str:
        """The value of predictionsCol, or its default."""
        return self.getOrDefault(self.predictionsCol)

    def __init__(self, java_model: Any = None) -> None:
        super().__init__(java_model)
        self._setDefault(
            handleInvalid="error",
            predictionsCol="predictions",
        )

    def setHandleInvalid(self, value: str) -> RnnRegressionModel:
        """Sets handleInvalid."""
        return self._set(handleInvalid=value)

    def setPredictionsCol(self, value: str) -> RnnRegressionModel:
        """Sets predictionsCol."""
        return self._set(predictionsCol=value)

    @property
    def numOutputs(self) -> int:
        return self._call_java("numOutputs")


class RnnSequenceLabelingModel(JavaModel, _RnnSequenceLabelerParams, Fitted):
    """What RnnSequenceLabeler has learnt."""

    handleInvalid: Param[str] = Param(
        Params._dummy(),
        "handleInvalid",
        "What becomes of rows that cannot be read: error, or skip, which leaves them out, or keep, which predicts NaN.",
        typeConverter=TypeConverters.toString,
    )

    def getHandleInvalid(self) -> str:
        """The value of handleInvalid, or its default."""
        return self.getOrDefault(self.handleInvalid)

    def __init__(self, java_model: Any = None) -> None:
        super().__init__(java_model)
        self._setDefault(
            featuresCol="features",
            handleInvalid="error",
            predictionCol="prediction",
            probabilityCol="probability",
        )

    def setFeaturesCol(self, value: str) -> RnnSequenceLabelingModel:
        """Sets featuresCol."""
        return self._set(featuresCol=value)

    def setHandleInvalid(self, value: str) -> RnnSequenceLabelingModel:
        """Sets handleInvalid."""
        return self._set(handleInvalid=value)

    def setPredictionCol(self, value: str) -> RnnSequenceLabelingModel:
        """Sets predictionCol."""
        return self._set(predictionCol=value)

    def setProbabilityCol(self, value: str) -> RnnSequenceLabelingModel:
        """Sets probabilityCol."""
        return self._set(probabilityCol=value)

    @property
    def labels(self) -> list[str]:
        return list(self._call_java("labels"))

    @property
    def numOutputs(self) -> int:
        return self._call_java("numOutputs")
