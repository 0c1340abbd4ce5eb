"""Airflow 2: the nightly retraining, by the Spark provider and by a bare launcher. Keep one of the two DAGs.

The provider brings a spark-submit of its own: pip install apache-airflow-providers-apache-spark 'pyspark==3.5.*'
"""

from __future__ import annotations

import json
import os
import re
import subprocess

import pendulum
from airflow import DAG
from airflow.decorators import task
from airflow.exceptions import AirflowException, AirflowFailException
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator

REGISTRY = "hdfs://namenode:8020/models/mnist"
DATA = "hdfs://namenode:8020/mnist"

ARGUMENTS = [
    "retrain",
    "--registry", REGISTRY,
    # The logical date and time: equal for each try, and for a night that is cleared and run again; a run by hand has its own.
    "--run-id", "nightly-{{ ts_nodash }}",
    "--data", DATA,
    "--min-accuracy", "0.97",
    "--json",
]

COMMON = {
    "schedule": "17 2 * * *",
    "start_date": pendulum.datetime(2026, 1, 1, tz="UTC"),
    # Data are those of today, so nights that were missed are not made up for.
    "catchup": False,
    "max_active_runs": 1,
    "default_args": {
        "retries": 2,
        "retry_delay": pendulum.duration(minutes=10),
        "execution_timeout": pendulum.duration(hours=3),
    },
}


class Retraining(SparkSubmitOperator):
    """Ends without another try after what another try cannot mend: usage and data."""

    def execute(self, context):
        try:
            super().execute(context)
        except AirflowException as failure:
            if re.search(r"Error code is: (64|65)\b", str(failure)):
                raise AirflowFailException(str(failure)) from failure
            raise


with DAG("spark_rnn_retrain_spark_submit", **COMMON):
    Retraining(
        task_id="retrain",
        conn_id="spark_default",
        application="/opt/spark-rnn/target/spark-rnn.jar",
        java_class="io.sparkrnn.cli.Main",
        application_args=ARGUMENTS,
        properties_file="/opt/spark-rnn/conf/spark-defaults.conf",
        conf={
            "spark.driver.extraJavaOptions": "--add-modules=jdk.incubator.vector",
            "spark.executor.extraJavaOptions": "--add-modules=jdk.incubator.vector",
        },
        num_executors=2,
        executor_memory="3686m",
        driver_memory="4g",
    )


@task(task_id="retrain")
def retrain(arguments: list[str]) -> dict:
    """The report, the task's XCom. What is said meanwhile goes to the task's log, Spark's own log stays below cwd."""
    done = subprocess.run(
        ["/opt/spark-rnn/submit/yarn", *arguments],
        env={**os.environ, "HADOOP_CONF_DIR": "/etc/hadoop/conf", "SPARK_HOME": "/opt/spark"},
        cwd="/var/lib/spark-rnn",
        stdout=subprocess.PIPE,
        text=True,
    )
    print(done.stdout)
    report = json.loads(done.stdout) if done.stdout.strip() else {}
    if done.returncode in (64, 65) or report.get("permanent"):
        raise AirflowFailException(f"The retraining ended with {done.returncode}, and another try would, too")
    if done.returncode != 0:
        raise AirflowException(f"The retraining ended with {done.returncode}")
    return report


with DAG("spark_rnn_retrain_launcher", **COMMON):
    retrain(ARGUMENTS)
