"""Recurrent networks for PySpark ML, trained on a Spark cluster."""

from __future__ import annotations

try:
    import pyspark
except ImportError:
    raise ImportError(
        "spark_rnn needs pyspark 3.5, 4.2 or 4.3: expected one, found none; pip install 'pyspark[ml]==3.5.*' gives one,"
        " and for Spark Connect pyspark-client 4.2 is enough"
    ) from None

# Which of the jars beside this file is for which Spark.
_JARS = {"3.5": "spark-3.5", "4.2": "spark-4", "4.3": "spark-4"}
_SPARK = ".".join(pyspark.__version__.split(".")[:2])
if _SPARK not in _JARS:
    raise ImportError(f"spark_rnn needs pyspark 3.5, 4.2 or 4.3: found {pyspark.__version__}; pip install 'pyspark[ml]==3.5.*' gives one")

import sys  # noqa: E402
from importlib.metadata import version as _version  # noqa: E402

from spark_rnn import _ml  # noqa: E402
from spark_rnn._jvm import PACKAGE as _PACKAGE  # noqa: E402
from spark_rnn._ml import *  # noqa: E402, F403
from spark_rnn._model import RnnModel, RnnStream  # noqa: E402
from spark_rnn._session import jar, session  # noqa: E402

__version__ = _version("spark-rnn")
__all__ = [*_ml.__all__, "RnnModel", "RnnStream", "jar", "session"]

# PySpark takes the name of a class in Java for one in Python when it reads a pipeline. The module of that name is found here,
# so it does not matter that io is the standard library's.
sys.modules[_PACKAGE] = _ml
