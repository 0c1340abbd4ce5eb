"""A session that has the jar, and the kernels that are fast."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

from pyspark.sql import SparkSession

import spark_rnn
from spark_rnn._jvm import PACKAGE, java_class, jvm

_MODULE = "jdk.incubator.vector"


def jar() -> str:
    """The jar for this pyspark, as spark.jars and --jars want it."""
    name = spark_rnn._JARS[spark_rnn._SPARK]
    file = Path(__file__).parent / "jars" / name / "spark-rnn.jar"
    if not file.exists():
        raise RuntimeError(f"Cannot find the jar for Spark {spark_rnn._SPARK}: expected {file}, found none; install the wheel of a release")
    return str(file)


def session(builder: SparkSession.Builder | None = None) -> SparkSession:
    """Starts a session with the jar, and with fast kernels on driver and executors.

    A session that runs already is given back. It cannot get the jar any more, so there has to be one; where it lacks the
    JVM's vector module, a warning says so. A builder with an address of Spark Connect needs neither: both are the server's.
    """
    if builder is None:
        builder = SparkSession.builder
    options = builder._options
    if "spark.remote" in options or "SPARK_REMOTE" in os.environ:
        return builder.getOrCreate()
    from pyspark import SparkContext

    if SparkContext._gateway is None:
        _add(builder, "spark.jars", ",", jar())
        for process in ("driver", "executor"):
            _add(builder, f"spark.{process}.extraJavaOptions", " ", f"--add-modules={_MODULE}")
    spark = builder.getOrCreate()
    java_class(f"{PACKAGE}.RnnClassifier")
    if not jvm().java.lang.ModuleLayer.boot().findModule(_MODULE).isPresent():
        warnings.warn(
            f"Training is several times slower than it could be: expected a driver with --add-modules={_MODULE}, found one without;"
            " spark_rnn.session() gives it to a Spark that does not run yet",
            stacklevel=2,
        )
    return spark


def _add(builder: SparkSession.Builder, key: str, separator: str, value: str) -> None:
    before = builder._options.get(key)
    builder.config(key, f"{before}{separator}{value}" if before else value)
