"""Estimators and models for PySpark ML.

PythonClassesTest writes this file from the classes in Java, and fails where they differ.
"""

from __future__ import annotations

from typing import Any, TypeVar

from pyspark import keyword_only
from pyspark.ml.classification import _JavaProbabilisticClassificationModel, _JavaProbabilisticClassifier, _ProbabilisticClassifierParams
from pyspark.ml.param import Param, Params, TypeConverters

from spark_rnn._jvm import Stage

__all__ = [
    "RnnClassifier",
    "RnnClassificationModel",
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
    clipNorm: Param[float] = Param(
        Params._dummy(),
        "clipNorm",
        "Largest norm of the whole gradient, longer ones are scaled down to it; 0: no clipping.",
        typeConverter=TypeConverters.toFloat,
    )
    epochs: Param[int] = Param(
        Params._dummy(),
        "epochs",
        "Passes over the training set; auto: as many as training.iterations has, else 10 where parameters are averaged, and where "
        "gradients are, what the minibatches of all workers together ask for, at least 3.",
        typeConverter=TypeConverters.toInt,
    )
    hidden: Param[list[int]] = Param(
        Params._dummy(),
        "hidden",
        "Units of each recurrent layer, first layer first.",
        typeConverter=TypeConverters.toListInt,
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
        "Learning rate, at the peak of the schedule; auto: 0.002 up to 4 workers that average parameters, else by the samples of "
        "a step.",
        typeConverter=TypeConverters.toFloat,
    )
    minibatchSize: Param[int] = Param(
        Params._dummy(),
        "minibatchSize",
        "Samples in a minibatch, the step of one worker.",
        typeConverter=TypeConverters.toInt,
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
    seed: Param[int] = Param(
        Params._dummy(),
        "seed",
        "Seed of initial parameters, hold-out, shards and orders.",
        typeConverter=TypeConverters.toInt,
    )
    threadsPerWorker: Param[int] = Param(
        Params._dummy(),
        "threadsPerWorker",
        "Threads that compute for one worker; the result does not depend on them.",
        typeConverter=TypeConverters.toInt,
    )
    timeSteps: Param[int] = Param(
        Params._dummy(),
        "timeSteps",
        "Time steps of a sequence; features are a multiple of it.",
        typeConverter=TypeConverters.toInt,
    )
    updater: Param[str] = Param(
        Params._dummy(),
        "updater",
        "Updater; auto: adam where parameters are averaged, muon where gradients are.",
        typeConverter=TypeConverters.toString,
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

    def getClipNorm(self) -> float:
        """The value of clipNorm, or its default."""
        return self.getOrDefault(self.clipNorm)

    def getEpochs(self) -> int:
        """The value of epochs, or its default."""
        return self.getOrDefault(self.epochs)

    def getHidden(self) -> list[int]:
        """The value of hidden, or its default."""
        return self.getOrDefault(self.hidden)

    def getKernels(self) -> str:
        """The value of kernels, or its default."""
        return self.getOrDefault(self.kernels)

    def getL2(self) -> float:
        """The value of l2, or its default."""
        return self.getOrDefault(self.l2)

    def getLearningRate(self) -> float:
        """The value of learningRate, or its default."""
        return self.getOrDefault(self.learningRate)

    def getMinibatchSize(self) -> int:
        """The value of minibatchSize, or its default."""
        return self.getOrDefault(self.minibatchSize)

    def getRecurrentInit(self) -> str:
        """The value of recurrentInit, or its default."""
        return self.getOrDefault(self.recurrentInit)

    def getRounds(self) -> str:
        """The value of rounds, or its default."""
        return self.getOrDefault(self.rounds)

    def getSchedule(self) -> str:
        """The value of schedule, or its default."""
        return self.getOrDefault(self.schedule)

    def getSeed(self) -> int:
        """The value of seed, or its default."""
        return self.getOrDefault(self.seed)

    def getThreadsPerWorker(self) -> int:
        """The value of threadsPerWorker, or its default."""
        return self.getOrDefault(self.threadsPerWorker)

    def getTimeSteps(self) -> int:
        """The value of timeSteps, or its default."""
        return self.getOrDefault(self.timeSteps)

    def getUpdater(self) -> str:
        """The value of updater, or its default."""
        return self.getOrDefault(self.updater)

    def getWarmUpIterations(self) -> int:
        """The value of warmUpIterations, or its default."""
        return self.getOrDefault(self.warmUpIterations)

    def getWeightDecay(self) -> float:
        """The value of weightDecay, or its default."""
        return self.getOrDefault(self.weightDecay)

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

    def setClipNorm(self: E, value: float) -> E:
        """Sets clipNorm."""
        return self._set(clipNorm=value)

    def setEpochs(self: E, value: int) -> E:
        """Sets epochs."""
        return self._set(epochs=value)

    def setHidden(self: E, value: list[int]) -> E:
        """Sets hidden."""
        return self._set(hidden=value)

    def setKernels(self: E, value: str) -> E:
        """Sets kernels."""
        return self._set(kernels=value)

    def setL2(self: E, value: float) -> E:
        """Sets l2."""
        return self._set(l2=value)

    def setLearningRate(self: E, value: float) -> E:
        """Sets learningRate."""
        return self._set(learningRate=value)

    def setMinibatchSize(self: E, value: int) -> E:
        """Sets minibatchSize."""
        return self._set(minibatchSize=value)

    def setRecurrentInit(self: E, value: str) -> E:
        """Sets recurrentInit."""
        return self._set(recurrentInit=value)

    def setRounds(self: E, value: str) -> E:
        """Sets rounds."""
        return self._set(rounds=value)

    def setSchedule(self: E, value: str) -> E:
        """Sets schedule."""
        return self._set(schedule=value)

    def setSeed(self: E, value: int) -> E:
        """Sets seed."""
        return self._set(seed=value)

    def setThreadsPerWorker(self: E, value: int) -> E:
        """Sets threadsPerWorker."""
        return self._set(threadsPerWorker=value)

    def setTimeSteps(self: E, value: int) -> E:
        """Sets timeSteps."""
        return self._set(timeSteps=value)

    def setUpdater(self: E, value: str) -> E:
        """Sets updater."""
        return self._set(updater=value)

    def setWarmUpIterations(self: E, value: int) -> E:
        """Sets warmUpIterations."""
        return self._set(warmUpIterations=value)

    def setWeightDecay(self: E, value: float) -> E:
        """Sets weightDecay."""
        return self._set(weightDecay=value)

    def setWorkers(self: E, value: int) -> E:
        """Sets workers."""
        return self._set(workers=value)


class _RnnClassifierParams(_RnnParams):
    """Params of RnnClassifier and its model."""



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
        activation: str = "tanh",
        averaging: str = "auto",
        averagingFrequency: int = 5,
        clipNorm: float = 1.0,
        epochs: int | None = None,
        hidden: list[int] | None = None,
        kernels: str = "auto",
        l2: float = 0.0,
        learningRate: float | None = None,
        minibatchSize: int = 64,
        recurrentInit: str = "orthogonal",
        rounds: str = "auto",
        schedule: str = "cosine",
        seed: int = 1,
        threadsPerWorker: int = 1,
        thresholds: list[float] | None = None,
        timeSteps: int | None = None,
        updater: str = "auto",
        warmUpIterations: int | None = None,
        weightDecay: float = 0.01,
        workers: int = 2,
    ) -> None:
        super().__init__()
        self._start()
        self._setDefault(
            activation="tanh",
            averaging="auto",
            averagingFrequency=5,
            clipNorm=1.0,
            hidden=[150],
            kernels="auto",
            l2=0.0,
            minibatchSize=64,
            recurrentInit="orthogonal",
            rounds="auto",
            schedule="cosine",
            seed=1,
            threadsPerWorker=1,
            updater="auto",
            weightDecay=0.01,
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
        activation: str = "tanh",
        averaging: str = "auto",
        averagingFrequency: int = 5,
        clipNorm: float = 1.0,
        epochs: int | None = None,
        hidden: list[int] | None = None,
        kernels: str = "auto",
        l2: float = 0.0,
        learningRate: float | None = None,
        minibatchSize: int = 64,
        recurrentInit: str = "orthogonal",
        rounds: str = "auto",
        schedule: str = "cosine",
        seed: int = 1,
        threadsPerWorker: int = 1,
        thresholds: list[float] | None = None,
        timeSteps: int | None = None,
        updater: str = "auto",
        warmUpIterations: int | None = None,
        weightDecay: float = 0.01,
        workers: int = 2,
    ) -> RnnClassifier:
        """Sets those that are given."""
        return self._set(**self._input_kwargs)

    def _create_model(self, java_model: Any) -> RnnClassificationModel:
        return RnnClassificationModel(java_model)


class RnnClassificationModel(_JavaProbabilisticClassificationModel, _ProbabilisticClassifierParams, Stage):
    """What RnnClassifier has learnt."""
