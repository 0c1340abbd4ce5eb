"""A trained model outside of tables: a sequence or a reading at a time."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from spark_rnn._jvm import java_class, jvm


class RnnModel:
    """A model that the program or Spark ML has trained, on the driver."""

    def __init__(self, java: Any) -> None:
        self._java = java

    @staticmethod
    def load(path: str | os.PathLike[str]) -> RnnModel:
        """Reads a run directory, a saved model of Spark ML or a model.srnn, on the driver's disk."""
        java = java_class("io.sparkrnn.serving.RnnModel")
        return RnnModel(java.load(jvm().java.io.File(os.fspath(path)).toPath()))

    @property
    def outputs(self) -> int:
        """Numbers of a reading: classes, or targets."""
        return self._java.outputs()

    @property
    def classes(self) -> list[str]:
        """Names of classes; of models that know none, none."""
        return list(self._java.classes())

    @property
    def features(self) -> list[str]:
        """Names of the numbers of a time step; of models that know none, none."""
        return list(self._java.features())

    def predict(self, sequence: str | Sequence[Sequence[float]]) -> list[list[float]]:
        """What it says of a whole sequence, a text or the numbers of each time step, in the units of the data.

        A reading for each time step where the model was trained to give that, else one.
        """
        if isinstance(sequence, str):
            return [_numbers(reading) for reading in self._java.predict(sequence)]
        steps = [_doubles(step) for step in sequence]
        rows = _gateway().new_array(jvm().double, len(steps), 0)
        for i, step in enumerate(steps):
            rows[i] = step
        return [_numbers(reading) for reading in self._java.predict(rows)]

    def start(self) -> RnnStream:
        """A stream from its first time step, for models that go forward alone."""
        return RnnStream(self._java.start())


class RnnStream:
    """What a model says after each time step so far."""

    def __init__(self, java: Any) -> None:
        self._java = java

    def next(self, *reading: float, token: str | None = None) -> list[float]:
        """Goes on by a time step: its numbers, its token, or both."""
        numbers = _doubles(reading)
        return _numbers(self._java.next(numbers) if token is None else self._java.next(token, numbers))


def _gateway() -> Any:
    from pyspark import SparkContext

    return SparkContext._gateway


def _doubles(values: Sequence[float]) -> Any:
    """Java's double[], in one message to the JVM."""
    from pyspark import SparkContext
    from pyspark.ml.common import _py2java
    from pyspark.ml.linalg import DenseVector

    return _py2java(SparkContext._active_spark_context, DenseVector(values)).toArray()


def _numbers(values: Any) -> list[float]:
    return list(values)
