"""What is compared with what: the commands of all peers."""

import dataclasses
import os
import pathlib

HOME = pathlib.Path(__file__).resolve().parents[2]
TARGET = HOME / "target"
CORES = os.cpu_count() or 1

# The same for all sides, and the notebook's: Adam at a constant rate, no clipping.
SAME_RECIPE = ("--learning-rate", "0.001", "--schedule", "constant", "--clip-norm", "0")
OUR_RECIPE = ("--learning-rate", "0.002", "--schedule", "cosine", "--clip-norm", "1")

MODELS = {  # As in io.sparkrnn.benchmark.Workload, by submit/local's flags.
    "row-rnn-150": ("--model", "row-rnn-150"),
    "row-rnn-100x2": ("--model", "row-rnn-100x2"),
    "row-rnn-512x2": ("--hidden", "512,512", "--minibatch-size", "128"),
}

HELD_OUT = 5000
TARGET_ACCURACY = 0.97


@dataclasses.dataclass(frozen=True)
class Settings:
    """What the command line says; epochs and seconds are None where each comparison has its own."""

    python: str
    model: str
    master: str | None
    epochs: int | None
    seconds: float | None

    def epochs_or(self, default):
        return str(self.epochs or default)

    def seconds_or(self, default):
        return str(self.seconds or default)


@dataclasses.dataclass(frozen=True)
class Peer:
    """One side. In its command, {seed}, {run_dir} and {held_out} are filled in for every run."""

    name: str
    command: tuple
    environment: dict = dataclasses.field(default_factory=dict)
    library: str = "spark-rnn"


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Peers by a metric, the smaller the better; ratios are to the first peer."""

    title: str
    metric: str
    duration: str
    peers: object  # A function of the settings.


def jvm(*arguments, main="io.sparkrnn.benchmark.Peers"):
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if os.environ.get("JAVA_HOME") else "java"
    class_path = ":".join(
        str(TARGET / part)
        for part in ("test-classes", "spark-rnn.jar", "spark-rnn-dl4j.jar", "spark/jars/*"))
    # Nothing but warnings on the screen, as submit/local has it.
    logging = f"-Dlog4j2.configurationFile=file:{HOME / 'conf/log4j2.properties'}"
    log = f"-Dspark-rnn.log={TARGET / 'bench' / 'peers.log'}"
    return (java, "--add-modules=jdk.incubator.vector", "-Xmx4g", logging, log,
            "-cp", class_path, main, *arguments)


def ours(name, settings, epochs, *arguments, master=None, recipe=SAME_RECIPE):
    command = [str(HOME / "submit" / "local")]
    if master:
        command += ["--master", master]
    command += ["train", *MODELS[settings.model], "--epochs", settings.epochs_or(epochs), *recipe,
                "--seed", "{seed}", "--run-dir", "{run_dir}", *arguments]
    return Peer(name, tuple(command))


def torch(name, settings, what, *arguments):
    command = (settings.python, str(HOME / "src/bench/python/torch_peer.py"), what,
               "--model", settings.model, "--seed", "{seed}", *arguments)
    return Peer(name, command, library="PyTorch")


def dl4j(name, threads, *arguments):
    # OpenBLAS and libnd4j would take all cores otherwise.
    environment = {"OMP_NUM_THREADS": str(threads), "OPENBLAS_NUM_THREADS": str(threads)}
    return Peer(name, jvm(*arguments), environment)


def iteration(threads):
    def peers(settings):
        seconds = ("--seconds", settings.seconds_or(10))
        count = f"{threads} thread{'s' if threads > 1 else ''}"
        return [
            Peer(f"spark-rnn, {count}",
                 jvm("iteration", "--model", settings.model, "--threads", str(threads), *seconds)),
            torch(f"PyTorch, {count}", settings, "iteration", "--threads", str(threads), *seconds),
        ]
    return peers


def portable_vs_simplernn(settings):
    seconds = ("--seconds", settings.seconds_or(10))
    return [
        Peer("spark-rnn, portable kernels, 1 thread",
             jvm("iteration", "--model", settings.model, "--kernels", "portable", *seconds)),
        dl4j("DL4J SimpleRnn, 1 thread", 1, "dl4j-iteration", "--model", settings.model, *seconds),
    ]


def epoch_1_worker(settings):
    epochs = ("--epochs", settings.epochs_or(4))
    one = ("--workers", "1", "--averaging-frequency", "10")
    return [
        ours(f"spark-rnn on Spark, {CORES} threads", settings, 4, *one, "--threads-per-worker", str(CORES)),
        ours("spark-rnn on Spark, 1 thread", settings, 4, *one, "--threads-per-worker", "1"),
        torch("PyTorch, 1 thread", settings, "epochs", *epochs),
        torch(f"PyTorch, {CORES} threads", settings, "epochs", "--threads", str(CORES), *epochs),
        dl4j(f"DL4J, {CORES} threads", CORES, "dl4j-epochs", "--model", settings.model, *epochs),
    ]


def epoch_2_workers(settings):
    two = ("--workers", "2", "--averaging-frequency", "10")
    processes = ("--processes", "2", "--epochs", settings.epochs_or(4))
    peers = [ours("spark-rnn, local[2]", settings, 4, *two, master="local[2]")]
    if settings.master:
        peers.append(ours("spark-rnn, standalone cluster", settings, 4, *two, master=settings.master))
    return peers + [
        torch("PyTorch, 2 processes, DistributedDataParallel", settings, "epochs", *processes),
        torch("PyTorch, 2 processes, average every 10 iterations", settings, "epochs", *processes,
              "--exchange", "average", "--averaging-frequency", "10"),
    ]


def stock(settings):
    two = ("--workers", "2", "--averaging-frequency", "10")
    dl4j_spark = ours("DL4J Spark, local[2]", settings, 3, *two, "--engine", "dl4j", master="local[2]")
    # One thread for each of the two tasks, or they would fight over the cores.
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return [
        ours("spark-rnn, local[2]", settings, 3, *two, master="local[2]"),
        ours("spark-rnn, portable kernels, local[2]", settings, 3, *two, "--kernels", "portable",
             master="local[2]"),
        dataclasses.replace(dl4j_spark, environment=one_thread),
    ]


def time_to_accuracy(settings):
    validated = ("--validation", str(HELD_OUT))
    goal = ("--held-out", "{held_out}", "--target", str(TARGET_ACCURACY), "--threads", str(CORES))
    return [
        ours("spark-rnn, default settings", settings, 4, *validated, recipe=()),
        ours("spark-rnn, Adam", settings, 10, *validated, recipe=("--updater", "adam")),
        torch("PyTorch, the notebook's recipe", settings, "accuracy", *goal, *SAME_RECIPE,
              "--epochs", settings.epochs_or(20)),
        torch("PyTorch, spark-rnn's recipe", settings, "accuracy", *goal, *OUR_RECIPE,
              "--epochs", settings.epochs_or(10)),
    ]


COMPARISONS = {
    "iteration": Comparison(
        "One iteration, one thread", "iterationMillis", "1 minute a run", iteration(1)),
    "iteration-all-cores": Comparison(
        f"One iteration, {CORES} threads", "iterationMillis", "1 minute a run", iteration(CORES)),
    "portable-vs-simplernn": Comparison(
        "One iteration, portable kernels and DL4J's SimpleRnn", "iterationMillis", "1 minute a run",
        portable_vs_simplernn),
    "epoch-1-worker": Comparison(
        "An epoch, one worker", "steadyEpochSeconds", "4 minutes a run", epoch_1_worker),
    "epoch-2-workers": Comparison(
        "An epoch, two workers", "steadyEpochSeconds", "2 minutes a run", epoch_2_workers),
    "stock": Comparison(
        "An epoch on Spark, two workers", "steadyEpochSeconds", "4 minutes a run", stock),
    "time-to-accuracy": Comparison(
        f"Training until {TARGET_ACCURACY:.0%} of {HELD_OUT:,} held-out images are right",
        "secondsToAccuracy", "4 minutes a run", time_to_accuracy),
}
