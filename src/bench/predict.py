#!/usr/bin/env python3
"""Compares `submit/local predict` with PyTorch's batch inference, of the same model and the same IDX file.

Both sides in turn: as whole commands, from start to written results; and steadily, images/s of warm
processes that write nothing. PyTorch runs as it is fastest of several ways, which are tried first.
Results are printed as Markdown and written as JSON. See src/docs/benchmarks.md.
"""

import gzip
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import compare
import comparisons
from compare import positive, say

MNIST = comparisons.HOME / "src/main/resources/io/sparkrnn/data/mnist"
HEADER_BYTES = 16
BATCHES = (64, 256, 512, 1024, 4096)


def parse(words):
    parser = compare.Parser(prog="src/bench/predict.py", description=__doc__.splitlines()[0])
    parser.add_argument("--images", type=positive(int), default=1_000_000, help="to predict [1000000]")
    parser.add_argument("--runs", type=positive(int), default=3, help="of each side [3]")
    parser.add_argument("--seconds", type=positive(float), default=4,
                        help="to measure steady inference [4]; warm-up as long")
    parser.add_argument("--python", default=sys.executable, help="a Python that has PyTorch [the one that runs this]")
    parser.add_argument("--out", type=pathlib.Path, default=comparisons.TARGET / "bench/predict.json",
                        help="file for the results [target/bench/predict.json]")
    parser.add_argument("--no-build", action="store_true", help="run what is there under target/")
    return parser.parse_args(words)


def write_images(file, count):
    """The bundled images, again and again, as an IDX file that is not compressed."""
    pixels = b"".join(gzip.decompress((MNIST / f"{part}-images-idx3-ubyte.gz").read_bytes())[HEADER_BYTES:]
                      for part in ("train", "t10k"))
    with open(file, "wb") as out:
        for field in (0x803, count, 28, 28):
            out.write(field.to_bytes(4, "big"))
        left = count * 28 * 28
        while left > 0:
            left -= out.write(pixels[:left])


def run(command, directory):
    """Seconds of a command that must end well, the CPU's seconds, and what it printed."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - start, os.times()
    if done.returncode != 0:
        raise compare.PeerFailed(f"expected exit code 0, found {done.returncode} of {' '.join(command)}\n{done.stderr}")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, cpu, done.stdout


def steady(command, directory):
    return json.loads(run(command, directory)[2].strip().splitlines()[-1])["imagesPerSecond"]


class Sides:
    def __init__(self, options, directory):
        self.options, self.directory = options, directory
        self.submit = str(comparisons.HOME / "submit/local")
        self.peer = (options.python, str(comparisons.HOME / "src/bench/python/predict_peer.py"))
        self.files = ("--images", "images", "--model", "model.safetensors")
        self.best = None
        write_images(directory / "images", options.images)
        run((self.submit, "train", "--epochs", "1", "--run-dir", "run"), directory)
        run((self.submit, "export", "--model", "run", "--format", "safetensors", "--to", "model.safetensors"), directory)

    def choose(self):
        """The fastest way of PyTorch: all that were tried, by images/s."""
        cores = comparisons.CORES
        ways = [("--batch", str(batch), "--layout", layout, "--processes", str(processes), "--threads", str(threads))
                for processes, threads in ((1, cores), (cores, 1))
                for layout in ("rows", "images") for batch in BATCHES]
        tried = {" ".join(way): steady((*self.peer, "steady", *self.files, *way, "--seconds", "1"), self.directory)
                 for way in ways}
        self.best = max(ways, key=lambda way: tried[" ".join(way)])
        return tried

    def ours_whole(self):
        shutil.rmtree(self.directory / "table", ignore_errors=True)
        return run((self.submit, "predict", "--model", "run", "--input-format", "idx", "--input", "images",
                    "--output", "table"), self.directory)[:2]

    def torch_whole(self):
        shutil.rmtree(self.directory / "arrays", ignore_errors=True)
        return run((*self.peer, "whole", *self.files, *self.best, "--out", "arrays"), self.directory)[:2]

    def ours_steady(self):
        command = comparisons.jvm("prediction", "--model", "run/model.srnn", "--images", "images",
                                  "--threads", str(comparisons.CORES), "--seconds", str(self.options.seconds))
        return steady(command, self.directory)

    def torch_steady(self):
        return steady((*self.peer, "steady", *self.files, *self.best, "--seconds", str(self.options.seconds)),
                      self.directory)


def measure(options, directory):
    machine = compare.machine(options.python)
    if machine["torch"] is None:
        raise compare.PeerFailed(f"Cannot compare: {options.python} cannot import torch")
    sides = Sides(options, directory)
    say("Trying PyTorch's ways.")
    results = {"machine": machine, "images": options.images, "tried": sides.choose(), "torch": " ".join(sides.best),
               "runs": []}
    for _ in range(options.runs):
        load = os.getloadavg()[0]
        ours, torch = sides.ours_whole(), sides.torch_whole()
        results["runs"].append({
            "loadBefore": load,
            "whole": {"spark-rnn": {"seconds": ours[0], "cpuSeconds": ours[1]},
                      "PyTorch": {"seconds": torch[0], "cpuSeconds": torch[1]}},
            "steadyImagesPerSecond": {"spark-rnn": sides.ours_steady(), "PyTorch": sides.torch_steady()}})
        say(json.dumps(results["runs"][-1]))
    return results


def markdown(results):
    def median(part, side, field=None):
        values = [run[part][side] for run in results["runs"]]
        return statistics.median(value[field] if field else value for value in values)

    about = results["machine"]
    text = [f"{about['cpu']}, {about['cores']} cores; {about['java']}; PyTorch {about['torch']}; "
            f"spark-rnn {about['commit']}; {results['images']:,} images; PyTorch: {results['torch']}.", "",
            "| | spark-rnn | PyTorch | ratio |", "|---|---:|---:|---:|"]
    rates = {side: results["images"] / median("whole", side, "seconds") for side in ("spark-rnn", "PyTorch")}
    for title, ours, torch in (
            ("whole command, images/s", rates["spark-rnn"], rates["PyTorch"]),
            ("steady inference, images/s", *(median("steadyImagesPerSecond", side) for side in rates))):
        text.append(f"| {title} | {ours:,.0f} | {torch:,.0f} | {ours / torch:.2f} |")
    for title, field in (("whole command, s", "seconds"), ("whole command, CPU s", "cpuSeconds")):
        ours, torch = (median("whole", side, field) for side in rates)
        text.append(f"| {title} | {ours:.1f} | {torch:.1f} | {torch / ours:.2f} |")
    return "\n".join(text)


def main(words):
    options = parse(words)
    if not options.no_build:
        compare.build()
    with tempfile.TemporaryDirectory() as directory:
        results = measure(options, pathlib.Path(directory))
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    say("\n" + markdown(results) + f"\n\n{options.out}")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except compare.PeerFailed as failure:
        sys.exit(f"src/bench/predict.py: {failure}")
    except KeyboardInterrupt:
        sys.exit(130)
