"""Prints where the jar is: spark-submit --jars $(python3 -m spark_rnn)."""

from spark_rnn import jar

print(jar())
