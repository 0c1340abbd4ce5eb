"""Airflow 2: the nightly retraining, by the Spark provider and by a bare launcher. Keep one of the two DAGs."""

from __future__ import annotations

import pendulum
from airflow import DAG
from airflow.operators.bash import BashOperator
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

with DAG("spark_rnn_retrain_spark_submit", **COMMON):
    SparkSubmitOperator(
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

with DAG("spark_rnn_retrain_bash", **COMMON):
    BashOperator(
        task_id="retrain",
        # The last line, the result, becomes the task's XCom; all of them go to its log. Spark's own log stays below cwd.
        bash_command="/opt/spark-rnn/submit/yarn " + " ".join(f"'{argument}'" for argument in ARGUMENTS),
        env={"HADOOP_CONF_DIR": "/etc/hadoop/conf", "SPARK_HOME": "/opt/spark"},
        append_env=True,
        cwd="/var/lib/spark-rnn",
        do_xcom_push=True,
    )
