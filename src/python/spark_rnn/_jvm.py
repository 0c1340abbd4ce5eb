"""The classes in Java."""

from __future__ import annotations

from typing import Any, TypeVar

from pyspark.ml.util import JavaMLReadable, JavaMLReader, JavaMLWritable, MLReader
from pyspark.sql.utils import is_remote

PACKAGE = "io.sparkrnn.spark"

S = TypeVar("S", bound="Stage")


def jvm() -> Any:
    """The JVM of the session."""
    if is_remote():
        raise RuntimeError("Cannot reach a JVM: expected a session of its own, found one of Spark Connect")
    from pyspark import SparkContext

    if SparkContext._active_spark_context is None:
        raise RuntimeError("Cannot reach a JVM: expected a session, found none; spark_rnn.session() starts one")
    return SparkContext._jvm


def java_class(name: str) -> Any:
    """A class of ours, by its full name."""
    found = jvm()
    # A client of Spark Connect has none.
    from py4j.java_gateway import JavaPackage

    for part in name.split("."):
        found = getattr(found, part)
    if isinstance(found, JavaPackage):
        java = jvm().java.lang.System.getProperty("java.specification.version")
        raise RuntimeError(
            f"Cannot find {name}: expected Java 17 or newer and the jar of spark_rnn.jar() in spark.jars when Spark starts,"
            f" found Java {java} and a session without the class; spark_rnn.session() starts one that has it"
        )
    return found


class _Reader(JavaMLReader[Any]):
    @classmethod
    def _java_loader_class(cls, clazz: Any) -> str:
        return f"{PACKAGE}.{clazz.__name__}"


class Stage(JavaMLReadable[Any], JavaMLWritable):
    """What Spark ML reads and writes: its class in Java has the same name."""

    # Until there is one: a constructor that refuses its arguments leaves none.
    _java_obj: Any = None

    @classmethod
    def read(cls) -> MLReader[Any]:
        """A reader of what write() wrote, here or in Java."""
        if is_remote():
            from pyspark.ml.connect.readwrite import RemoteMLReader

            # Which takes the class's module for Java's package.
            return RemoteMLReader(type(cls)(cls.__name__, (cls,), {"__module__": PACKAGE}))
        java_class(f"{PACKAGE}.{cls.__name__}")
        return _Reader(cls)

    def _start(self) -> None:
        """Makes the object in Java, or over Spark Connect its name."""
        name = f"{PACKAGE}.{type(self).__name__}"
        if not is_remote():
            java_class(name)
        self._java_obj = self._new_java_obj(name, self.uid)


class TrainingSummary:
    """What a fit did, epoch by epoch."""

    def __init__(self, java: Any) -> None:
        self._java = java

    @property
    def objectiveHistory(self) -> list[float]:
        """The mean loss of each epoch's samples while they were trained on."""
        return list(self._java.objectiveHistory())

    @property
    def validationHistory(self) -> list[float]:
        """The validation score after each epoch; empty where there is nothing to validate on."""
        return list(self._java.validationHistory())

    @property
    def validationScore(self) -> str | None:
        """What that score is, such as accuracy or RMSE."""
        return self._java.validationScore().orElse(None)

    @property
    def secondsHistory(self) -> list[float]:
        """Seconds of each epoch's rounds."""
        return list(self._java.secondsHistory())

    @property
    def totalIterations(self) -> int:
        """Epochs that there have been."""
        return self._java.totalIterations()

    @property
    def rows(self) -> int:
        """Samples that were trained on: rows, or of a table of readings, windows."""
        return self._java.rows()

    @property
    def skippedRows(self) -> int:
        """Rows that could not be used and were left out."""
        return self._java.skippedRows()

    def __repr__(self) -> str:
        return self._java.toString()


class Fitted(Stage):
    """A model that knows how it was trained, until it is saved."""

    @property
    def hasSummary(self) -> bool:
        """Whether it was trained here. Over Spark Connect it does not know."""
        return not is_remote() and self._java_obj.hasSummary()

    @property
    def summary(self) -> TrainingSummary:
        """What its fit did."""
        jvm()
        return TrainingSummary(self._java_obj.summary())
