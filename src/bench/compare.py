#!/usr/bin/env python3
"""Compares spark-rnn with its peers: whole programs, run in turn, each in a process of its own.

Every run of a comparison is one run of each of its peers, one after another: A B A B ... Results are
written as JSON, as Markdown and, with matplotlib, as pictures. See src/docs/benchmarks.md.
"""

import argparse
import contextlib
import dataclasses
import datetime
import json
import os
import pathlib
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import comparisons
from comparisons import COMPARISONS, HOME, TARGET

USAGE = 64
FAILED = 1


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.exit(USAGE, f"{self.prog}: {message}\n")


class PeerFailed(Exception):
    """A peer ended otherwise than expected; the message says how."""


def parse(words):
    parser = Parser(prog="src/bench/compare.py", description=__doc__,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("comparison", nargs="*", help="names, see --list")
    parser.add_argument("--list", action="store_true", help="print all comparisons with their peers, and stop")
    parser.add_argument("--print", action="store_true", help="print the commands that would run, and stop")
    parser.add_argument("--runs", type=positive(int), default=5, help="of each peer [5]; run n has seed n")
    parser.add_argument("--model", choices=comparisons.MODELS, default="row-rnn-150")
    parser.add_argument("--epochs", type=positive(int), help="instead of each comparison's own number")
    parser.add_argument("--seconds", type=positive(float), help="to measure iterations [10]; warm-up as long")
    parser.add_argument("--master", help="a Spark master, such as spark://host:7077: one more peer of epoch-2-workers")
    parser.add_argument("--cluster", action="store_true",
                        help="start a standalone cluster of two executor processes here, to be that master")
    parser.add_argument("--python", default=sys.executable, help="a Python that has PyTorch [the one that runs this]")
    parser.add_argument("--out", type=pathlib.Path, help="directory for the results [a new one under target/bench]")
    parser.add_argument("--no-build", action="store_true", help="run what is there under target/")
    options = parser.parse_args(words)
    unknown = [name for name in options.comparison if name not in COMPARISONS]
    if unknown:
        parser.error(f"expected comparisons of {', '.join(COMPARISONS)}, found {', '.join(unknown)}")
    if not options.comparison and not options.list:
        parser.error(f"expected at least one comparison of {', '.join(COMPARISONS)}, found none")
    return options


def positive(number):
    def read(text):
        value = number(text)
        if not value > 0:
            raise ValueError(text)
        return value
    read.__name__ = "positive number"
    return read


def say(text):
    print(text, flush=True)


def build():
    say("Building spark-rnn with Maven.")
    command = ["mvn", "-q", "-B", "-ntp", "-Dstyle.color=never", "-DskipTests", "package"]
    try:
        done = subprocess.run(command, cwd=HOME, check=False).returncode == 0
    except FileNotFoundError:
        done = False
    if not done:
        raise PeerFailed(f"Cannot build spark-rnn: {' '.join(command)} failed")


def output_of(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return (done.stdout or done.stderr).strip() if done.returncode == 0 else None


def machine(python):
    """What the figures depend on."""
    cpu = platform.processor() or platform.machine()
    cpuinfo = pathlib.Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines()
                 if line.startswith("model name")]
        cpu = names[0] if names else cpu
    return {
        "cpu": cpu,
        "cores": comparisons.CORES,
        "os": platform.platform(),
        "commit": output_of("git", "-C", str(HOME), "describe", "--always", "--dirty"),
        "java": (output_of(comparisons.jvm()[0], "-version") or "unknown").splitlines()[0],
        "python": output_of(python, "--version"),
        "torch": output_of(python, "-c", "import torch; print(torch.__version__)"),
    }


def held_out(seed, directory):
    """The numbers of the images that spark-rnn holds out by this seed, in a file."""
    file = directory / f"held-out-{seed}.txt"
    if not file.exists():
        command = comparisons.jvm("held-out", "--validation", str(comparisons.HELD_OUT), "--seed", str(seed))
        numbers = output_of(*command)
        if numbers is None:
            raise PeerFailed(f"Cannot tell the images held out: {' '.join(command)} failed")
        file.write_text(numbers)
    return str(file)


def run_once(peer, seed, scratch):
    """One run of a peer in a process of its own: what it was, and what it measured."""
    run_directory = pathlib.Path(tempfile.mkdtemp(dir=scratch)) / "run"
    filled = [
        word.replace("{seed}", str(seed)).replace("{run_dir}", str(run_directory))
        for word in peer.command]
    if "{held_out}" in filled:
        filled[filled.index("{held_out}")] = held_out(seed, scratch)
    load = os.getloadavg()[0]
    start = time.perf_counter()
    lines = []
    with open(scratch / "errors.txt", "w+", encoding="utf-8") as errors:
        process = subprocess.Popen(filled, stdout=subprocess.PIPE, stderr=errors, text=True,
                                   cwd=scratch, env={**os.environ, **peer.environment})
        try:
            for line in process.stdout:
                lines.append((time.perf_counter() - start, line.rstrip("\n")))
        except BaseException:  # Interrupted: no peer may go on without us.
            process.terminate()
            raise
        finally:
            process.wait()
        seconds = time.perf_counter() - start
        errors.seek(0)
        message = errors.read()
    if process.returncode != 0:
        said = (message or "\n".join(line for _, line in lines)).strip().splitlines()[-5:]
        raise PeerFailed(f"{peer.name}: expected exit code 0, found {process.returncode} of {' '.join(filled)}\n"
                         + "\n".join(said))
    measured = from_json(lines) if not run_directory.exists() else from_run(run_directory, lines)
    if "epochSeconds" in measured:
        epochs = measured["epochSeconds"]
        measured["firstEpochSeconds"] = epochs[0]
        measured["steadyEpochSeconds"] = statistics.median(epochs[1:] or epochs)
    return {"peer": peer.name, "command": filled, "environment": peer.environment, "seed": seed,
            "loadBefore": load, "wallSeconds": seconds, "measured": measured}


def from_json(lines):
    found = [line for _, line in lines if line.startswith("{")]
    if not found:
        raise PeerFailed("expected a line of JSON from the peer, found none")
    return json.loads(found[-1])


def from_run(directory, lines):
    """What spark-rnn leaves: result.json; and when which accuracy was on the screen."""
    result = json.loads((directory / "result.json").read_text(encoding="utf-8"))
    measured = {"epochSeconds": result["training"]["epochSeconds"],
                "testAccuracy": result["test"]["accuracy"],
                "kernels": result["kernels"], "versions": result["versions"]}
    if "validation" in result:
        measured.update(time_to_accuracy(lines))
    return measured


def time_to_accuracy(lines):
    """From the line that says that the engine is there to the first epoch's that is good enough."""
    start = next(at for at, line in lines if line.startswith("engine "))
    epochs = []  # For example: " 1/10  0.3897  91.23%  0.001951  13,958  4.3".
    for at, line in lines:
        words = line.split()
        if len(words) == 6 and "/" in words[0] and words[2].endswith("%"):
            epochs.append((at, round(float(words[2].rstrip("%")) / 100, 4)))
    good = [at for at, accuracy in epochs if accuracy >= comparisons.TARGET_ACCURACY]
    end = good[0] if good else epochs[-1][0]
    return {"secondsToAccuracy": end - start, "wallSecondsToAccuracy": end, "reached": bool(good),
            "validationAccuracies": [accuracy for _, accuracy in epochs]}


def summarise(comparison, names, runs):
    """Peers with their median and its ratio to the first peer's, where that one has a figure."""
    peers = []
    for name in names:
        own = [run for run in runs if run["peer"] == name]
        if not own:
            continue
        values = [run["measured"][comparison.metric] for run in own]
        first = [run["measured"]["firstEpochSeconds"] for run in own if "firstEpochSeconds" in run["measured"]]
        test = [run["measured"]["testAccuracy"] for run in own if "testAccuracy" in run["measured"]]
        median = statistics.median(values)
        peers.append({
            "name": name, "values": values, "median": median,
            "reached": all(run["measured"].get("reached", True) for run in own),
            "firstEpochSeconds": statistics.median(first) if first else None,
            "wallSeconds": statistics.median(run["wallSeconds"] for run in own),
            "testAccuracy": statistics.median(test) if test else None,
        })
    comparable = peers and peers[0]["name"] == names[0] and peers[0]["reached"]
    for peer in peers:
        peer["ratio"] = peer["median"] / peers[0]["median"] if comparable else None
    return {"title": comparison.title, "metric": comparison.metric, "peers": peers, "runs": runs}


def markdown(results):
    def cell(value, form="{:.1f}"):
        return "-" if value is None else form.format(value)

    about = results["machine"]
    text = [f"{about['cpu']}, {about['cores']} cores; {about['os']}; {about['java']}; PyTorch {about['torch']}; "
            f"spark-rnn {about['commit']}; {results['began']}; model {results['model']}."]
    for name, comparison in results["comparisons"].items():
        text += ["", f"**{comparison['title']}** (`{name}`, median {comparison['metric']})", "",
                 "| peer | runs | median | lowest | highest | ratio | first epoch, s | command, s | test accuracy |",
                 "|---|---:|---:|---:|---:|---:|---:|---:|---:|"]
        for peer in comparison["peers"]:
            least = "" if peer["reached"] else ">= "
            text.append(
                f"| {peer['name']} | {len(peer['values'])} | {least}{peer['median']:.4g} | {min(peer['values']):.4g} "
                f"| {max(peer['values']):.4g} | {least}{cell(peer['ratio'], '{:.2f}')} | {cell(peer['firstEpochSeconds'])} "
                f"| {cell(peer['wallSeconds'])} | {cell(peer['testAccuracy'], '{:.4f}')} |")
    return "\n".join(text) + "\n"


def write(results, directory):
    (directory / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    (directory / "results.md").write_text(markdown(results), encoding="utf-8")


def plot(results, directory, python):
    if output_of(python, "-c", "import matplotlib") is None:
        say(f"No pictures: {python} has no matplotlib.")
        return
    for name in results["comparisons"]:
        output_of(python, str(HOME / "src/bench/python/plot.py"), str(directory / "results.json"), name,
                  str(directory / f"{name}.svg"))


def compare(name, options, settings, has_torch, scratch):
    """All runs of a comparison, and whether every peer ran."""
    comparison = COMPARISONS[name]
    peers = comparison.peers(settings)
    if not has_torch and any(peer.library == "PyTorch" for peer in peers):
        say(f"PyTorch is left out: {options.python} cannot import torch; src/docs/benchmarks.md says how to get it.")
        peers = [peer for peer in peers if peer.library != "PyTorch"]
    names = [peer.name for peer in peers]
    runs, complete = [], True
    for seed in range(1, options.runs + 1):
        for peer in list(peers):
            try:
                run = run_once(peer, seed, scratch)
            except PeerFailed as failure:
                say(f"  {failure}\n  {peer.name} is left out from now on.")
                peers.remove(peer)
                complete = False
                continue
            runs.append(run)
            say(f"  {name} {seed}/{options.runs}  {peer.name}: {comparison.metric} "
                f"{run['measured'][comparison.metric]:.4g}, command {run['wallSeconds']:.1f} s")
    return summarise(comparison, names, runs), complete


def show_list(settings):
    for name, comparison in COMPARISONS.items():
        say(f"{name}: {comparison.title}; {comparison.metric}; about {comparison.duration}")
        for peer in comparison.peers(settings):
            say(f"    {peer.name}")


@contextlib.contextmanager
def cluster(wanted):
    """The master of a standalone cluster that lives as long as it is needed, or None."""
    if not wanted:
        yield None
        return
    command = comparisons.jvm(main="io.sparkrnn.spark.StandaloneCluster")
    with subprocess.Popen(command, cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        master = process.stdout.readline().strip()
        if not master:
            raise PeerFailed(f"Cannot start a cluster: {' '.join(command)} failed")
        # Its processes are on the loopback address, where a driver does not look by itself.
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        yield master
        process.stdin.close()


def main(words):
    options = parse(words)
    settings = comparisons.Settings(
        options.python, options.model, options.master, options.epochs, options.seconds)
    if options.list:
        show_list(settings)
        return 0
    if options.print:
        for name in options.comparison:
            for peer in COMPARISONS[name].peers(settings):
                say(f"# {name}: {peer.name}\n{' '.join(peer.command)}")
        return 0
    if not options.no_build:
        build()
    began = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    directory = (options.out or TARGET / "bench" / began).resolve()
    directory.mkdir(parents=True, exist_ok=True)
    results = {"began": began, "model": options.model, "machine": machine(options.python), "comparisons": {}}
    complete = True
    with tempfile.TemporaryDirectory() as scratch, cluster(options.cluster) as master:
        settings = dataclasses.replace(settings, master=master or settings.master)
        for name in options.comparison:
            say(f"{name}: {COMPARISONS[name].title}")
            results["comparisons"][name], all_ran = compare(
                name, options, settings, results["machine"]["torch"] is not None, pathlib.Path(scratch))
            complete = complete and all_ran
            write(results, directory)
    plot(results, directory, options.python)
    say("\n" + markdown(results) + f"\n{directory}")
    return 0 if complete else FAILED


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except PeerFailed as failure:
        sys.exit(f"src/bench/compare.py: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
