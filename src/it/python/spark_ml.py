"""The wheel in PySpark, or over Spark Connect where SPARK_REMOTE has an address.

It works in the current directory and leaves results.json there, which is equal for every way of running it.
"""

import json
import math
import os
import random
import re
import sys
import unittest
from pathlib import Path

import pyspark
from pyspark.errors import IllegalArgumentException
from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.evaluation import MulticlassClassificationEvaluator, RegressionEvaluator
from pyspark.ml.feature import StandardScaler, StringIndexer
from pyspark.ml.linalg import Vectors
from pyspark.ml.tuning import CrossValidator, CrossValidatorModel, ParamGridBuilder
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

import notebook
import spark_rnn
from spark_rnn import RnnClassificationModel, RnnClassifier, RnnModel, RnnRegressionModel, RnnRegressor, RnnSequenceLabeler

HOME = Path(__file__).resolve().parents[3]
WORK = Path.cwd()
REMOTE = "SPARK_REMOTE" in os.environ
STEPS = 10


def write_circles(file: Path) -> None:
    """Points that circle left or right, fast or slow: a class each. Nothing here depends on Spark."""
    numbers = random.Random(1)
    with file.open("w") as out:
        for i in range(240):
            kind = i % 4
            phase, speed = numbers.random() * 6.28, 0.4 + numbers.random() * 0.3
            angles = [phase + (1 if kind % 2 else -1) * (1 if kind < 2 else 0.3) * speed * step for step in range(STEPS)]
            features = [round(value, 4) for angle in angles for value in (math.cos(angle), math.sin(angle))]
            out.write(json.dumps({"id": i, "kind": f"k{kind}", "label": kind, "fold": i // 4 % 2, "features": features}) + "\n")


def classifier(**params):
    return RnnClassifier(**{"timeSteps": STEPS, "hidden": [12], "minibatchSize": 16, "learningRate": 0.01, "epochs": 4, **params})


def probabilities(table):
    return [list(row.probability) for row in table.orderBy("id").select("probability").collect()]


def python_of(page: str) -> str:
    """The programs that a document prints."""
    return "\n".join(re.findall(r"```python\n(.*?)```", (HOME / page).read_text(), re.S))


classic = unittest.skipIf(REMOTE, "needs a JVM in this process")
remote = unittest.skipUnless(REMOTE, "is about clients of Spark Connect")


class SparkMlTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        builder = SparkSession.builder
        if not REMOTE:
            builder = builder.master("local[2]").config("spark.sql.shuffle.partitions", "2").config("spark.sql.adaptive.enabled", "false")
            builder = builder.config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false")
            # To compile what runs once takes longer than to run it.
            builder = builder.config("spark.sql.codegen.wholeStage", "false").config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        (WORK / "src").symlink_to(HOME / "src")
        cls.spark = spark_rnn.session(builder)
        write_circles(WORK / "circles.json")
        schema = "id int, kind string, label double, fold int, features array<double>"
        cls.table = cls.spark.read.schema(schema).json(str(WORK / "circles.json")).cache()
        cls.model = classifier().fit(cls.table)
        cls.results = {"probabilities": probabilities(cls.model.transform(cls.table))}
        cls.evaluator = MulticlassClassificationEvaluator(metricName="logLoss")

    @classmethod
    def tearDownClass(cls):
        (WORK / "results.json").write_text(json.dumps(cls.results))
        cls.spark.stop()

    def path(self, name):
        return str(WORK / name)

    def assertSame(self, model, table=None):
        self.assertEqual(probabilities(model.transform(self.table if table is None else table)), self.results["probabilities"])

    def test_params_have_the_habits_of_pyspark(self):
        rnn = classifier()
        self.assertEqual((rnn.getTimeSteps(), rnn.getHidden(), rnn.getSeed(), rnn.getUpdater()), (10, [12], 1, "auto"))
        self.assertIs(rnn.setEpochs(3), rnn)
        self.assertEqual(rnn.setParams(epochs=5, featuresCol="x").getEpochs(), 5)
        self.assertEqual((rnn.getFeaturesCol(), rnn.getTimeSteps()), ("x", 10))
        self.assertEqual(rnn.copy({rnn.l2: 0.5}).getL2(), 0.5)
        self.assertEqual(rnn.getL2(), 0)
        self.assertFalse(RnnClassifier().isDefined("epochs"))
        self.assertIn("clipNorm: ", rnn.explainParams())
        with self.assertRaisesRegex(TypeError, "Invalid param value given for param \"epochs\""):
            RnnClassifier(epochs="many")
        with self.assertRaisesRegex(TypeError, "unexpected keyword argument"):
            RnnClassifier(epoch=1)

    def test_models_predict_rows(self):
        self.assertEqual((self.model.numClasses, self.model.numFeatures), (4, 20))
        self.assertIn("10 x 2 -> 12 tanh -> 4", repr(self.model))
        features = Vectors.dense(self.table.orderBy("id").first().features)
        self.assertEqual(list(self.model.predictProbability(features)), self.results["probabilities"][0])

    def test_bad_values_and_rows_are_illegal_arguments(self):
        with self.assertRaisesRegex(IllegalArgumentException, "epochs"):
            classifier(epochs=0).fit(self.table)
        with self.assertRaisesRegex(IllegalArgumentException, "timeSteps"):
            RnnClassifier().fit(self.table)
        with self.assertRaisesRegex(IllegalArgumentException, "expected finite values, found NaN"):
            classifier().fit(self.table.withColumn("features", F.transform("features", lambda x: F.lit(float("nan")))))

    def test_what_is_saved_can_be_loaded(self):
        rnn = classifier(updater="sgd")
        rnn.write().overwrite().save(self.path("estimator"))
        loaded = RnnClassifier.load(self.path("estimator"))
        self.assertEqual((loaded.uid, loaded.getUpdater(), loaded.getHidden()), (rnn.uid, "sgd", [12]))
        self.model.write().overwrite().save(self.path("model"))
        self.assertSame(RnnClassificationModel.load(self.path("model")))

    def test_pipelines(self):
        stages = [StringIndexer(inputCol="kind", outputCol="index"), classifier(labelCol="index")]
        Pipeline(stages=stages).write().overwrite().save(self.path("pipeline"))
        fitted = Pipeline.load(self.path("pipeline")).fit(self.table)
        self.assertSame(fitted)
        fitted.write().overwrite().save(self.path("pipeline-model"))
        self.assertSame(PipelineModel.load(self.path("pipeline-model")))

    def test_cross_validation(self):
        rnn = classifier()
        grid = ParamGridBuilder().addGrid(rnn.epochs, [1, 4]).build()
        search = CrossValidator(estimator=rnn, estimatorParamMaps=grid, evaluator=self.evaluator, numFolds=2, foldCol="fold", parallelism=2)
        search.write().overwrite().save(self.path("search"))
        found = CrossValidator.load(self.path("search")).fit(self.table)
        self.results["metrics"] = found.avgMetrics
        self.assertLess(found.avgMetrics[1], found.avgMetrics[0])
        self.assertSame(found)
        found.write().overwrite().save(self.path("found"))
        self.assertSame(CrossValidatorModel.load(self.path("found")).bestModel)

    def test_numbers(self):
        table = self.table.withColumn("label", F.col("features")[0] * 2 + 1)
        model = RnnRegressor(timeSteps=STEPS, hidden=[6], epochs=3, seed=2).fit(table)
        self.results["error"] = RegressionEvaluator().evaluate(model.transform(table))
        model.write().overwrite().save(self.path("regression"))
        loaded = RnnRegressionModel.load(self.path("regression"))
        self.assertEqual((loaded.getHidden(), loaded.getSeed()), ([6], 2))
        self.assertEqual(RegressionEvaluator().evaluate(loaded.transform(table)), self.results["error"])

    def test_labels_of_time_steps(self):
        table = self.table.selectExpr(
            "id",
            f"transform(sequence(1, {STEPS}), i -> slice(features, i * 2 - 1, 2)) as points",
            f"transform(sequence(1, {STEPS}), i -> if(label < 2, 'fast', 'slow')) as speeds",
        )
        labeler = RnnSequenceLabeler(featuresCol="points", labelCol="speeds", hidden=[6], epochs=3)
        model = Pipeline(stages=[labeler]).fit(table)
        self.results["speeds"] = [row.prediction for row in model.transform(table).orderBy("id").collect()]
        self.assertEqual({len(steps) for steps in self.results["speeds"]}, {STEPS})
        model.write().overwrite().save(self.path("labeling"))
        loaded = PipelineModel.load(self.path("labeling"))
        self.assertEqual([row.prediction for row in loaded.transform(table).orderBy("id").collect()], self.results["speeds"])

    @remote
    def test_what_spark_connect_does_not_reach(self):
        for unreachable in (lambda: self.model.summary, lambda: RnnModel.load("model"), spark_rnn._jvm.jvm):
            with self.assertRaisesRegex(RuntimeError, "expected a session of its own, found one of Spark Connect"):
                unreachable()
        with self.assertRaisesRegex(Exception, "labels .* is not allowed to be accessed"):
            self.assertFalse(self.model.labels)
        self.assertFalse(self.model.hasSummary)
        self.model.write().overwrite().save(self.path("initial"))
        self.assertIn("12 tanh", repr(classifier(initialModel=self.path("initial"), epochs=1).fit(self.table)))

    @classic
    def test_what_fit_did(self):
        self.assertEqual(len(self.model.summary.objectiveHistory), 4)
        self.assertEqual((self.model.hasSummary, self.model.summary.rows), (True, 240))
        self.assertEqual((self.model.summary.validationHistory, self.model.summary.validationScore), ([], None))

    @classic
    def test_pipelines_that_java_has_saved(self):
        jvm = self.spark._jvm
        stages = self.spark.sparkContext._gateway.new_array(jvm.org.apache.spark.ml.PipelineStage, 1)
        stages[0] = classifier()._to_java()
        pipeline = jvm.org.apache.spark.ml.Pipeline().setStages(stages)
        pipeline.write().overwrite().save(self.path("java"))
        pipeline.fit(self.table._jdf).write().overwrite().save(self.path("java-model"))
        self.assertIsInstance(Pipeline.load(self.path("java")).getStages()[0], RnnClassifier)
        self.assertSame(PipelineModel.load(self.path("java-model")))

    @classic
    def test_one_sequence_at_a_time(self):
        self.model.write().overwrite().save(self.path("served"))
        served = RnnModel.load(self.path("served"))
        features = self.table.orderBy("id").first().features
        steps = [features[i : i + 2] for i in range(0, 20, 2)]
        self.assertEqual(served.predict(steps), [self.results["probabilities"][0]])
        stream = served.start()
        self.assertEqual([stream.next(*step) for step in steps][-1], self.results["probabilities"][0])
        with self.assertRaisesRegex(IllegalArgumentException, "Cannot read a sequence"):
            served.predict([])

    @classic
    def test_the_session_is_fast(self):
        self.assertTrue(self.spark._jvm.java.lang.ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent())
        self.assertIs(spark_rnn.session(), self.spark)

    @classic
    def test_the_programs_of_the_documents(self):
        scaler = StandardScaler(inputCol="series", outputCol="features", withMean=True)
        series = self.spark.createDataFrame([(row.label, Vectors.dense(row.features * 6)) for row in self.table.collect()], ["label", "series"])
        exec(python_of("README.md"), {"Pipeline": Pipeline, "RnnClassifier": RnnClassifier, "scaler": scaler, "training": series})
        page = {}
        exec(python_of("src/docs/python.md"), page)
        print("accuracy", page["accuracy"])
        self.assertGreater(page["accuracy"], 0.9)

    @classic
    def test_the_notebook_comes_to_what_it_shows(self):
        page = json.loads((HOME / "src/docs/speakers.ipynb").read_text())
        found = notebook.run(page)
        for cell, outputs in found:
            self.assertEqual(notebook.said(outputs), notebook.said(cell["outputs"]), "".join(cell["source"]))
        self.assertEqual(sum(notebook.said(outputs).count(notebook.PNG) for _, outputs in found), 4)


if __name__ == "__main__":
    print("pyspark", pyspark.__version__, "Python", sys.version.split()[0], "remote" if REMOTE else "classic")
    unittest.main(verbosity=2, warnings="ignore")
