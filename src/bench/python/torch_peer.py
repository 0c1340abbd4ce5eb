#!/usr/bin/env python3
"""PyTorch's side of a comparison: trains the notebook's network and prints one line of JSON."""

import argparse
import json
import math
import os
import pathlib
import statistics
import tempfile
import time

MODELS = {  # Units, layers, minibatch size; as in io.sparkrnn.benchmark.Workload.
    "row-rnn-150": (150, 1, 64),
    "row-rnn-100x2": (100, 2, 64),
    "row-rnn-512x2": (512, 2, 128),
}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["iteration", "epochs", "accuracy"])
    parser.add_argument("--model", choices=MODELS, default="row-rnn-150")
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--exchange", choices=["ddp", "average"], default="ddp",
                        help="between processes: gradients every iteration, or parameters and Adam's state now and then")
    parser.add_argument("--averaging-frequency", type=int, default=10, help="iterations between two averages")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=10, help="to measure iterations; warm-up as long")
    parser.add_argument("--learning-rate", type=float, default=0.001)
    parser.add_argument("--schedule", choices=["constant", "cosine"], default="constant")
    parser.add_argument("--clip-norm", type=float, default=0, help="0: no clipping")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--held-out", type=pathlib.Path, help="file with the numbers of the images held out")
    parser.add_argument("--target", type=float, default=0.97, help="accuracy on the images held out")
    parsed = parser.parse_args()
    if parsed.what == "accuracy" and (parsed.held_out is None or parsed.processes > 1):
        parser.error("accuracy needs --held-out, and one process")
    return parsed


options = arguments()

# Only now: --help and wrong arguments do not need it.
import torch  # noqa: E402
import torch.distributed as distributed  # noqa: E402

import mnist  # noqa: E402


class RowRnn(torch.nn.Module):
    def __init__(self, units, layers):
        super().__init__()
        self.rnn = torch.nn.RNN(28, units, num_layers=layers, nonlinearity="tanh")
        self.output = torch.nn.Linear(units, 10)

    def forward(self, rows):
        _, last = self.rnn(rows)
        return self.output(last[-1])


class Training:
    """One process: model, updater, and its shard of the images."""

    def __init__(self, rank=0):
        torch.set_num_threads(options.threads)
        torch.manual_seed(options.seed)
        units, layers, self.minibatch = MODELS[options.model]
        self.images, self.labels = mnist.load("train")
        self.kept = torch.arange(len(self.labels))
        if options.held_out:
            self.held_out = torch.tensor([int(word) for word in options.held_out.read_text().split()])
            is_kept = torch.ones(len(self.labels), dtype=torch.bool)
            is_kept[self.held_out] = False
            self.kept = self.kept[is_kept]
        order = torch.randperm(len(self.kept))
        self.shard = self.kept[order[rank::options.processes]]
        self.network = self.module = RowRnn(units, layers)
        if options.processes > 1 and options.exchange == "ddp":
            self.network = torch.nn.parallel.DistributedDataParallel(self.module)
        self.loss = torch.nn.CrossEntropyLoss()
        # The fastest of PyTorch's forms of Adam on CPUs.
        self.adam = torch.optim.Adam(self.module.parameters(), lr=options.learning_rate, fused=True)
        self.steps = 0
        torch.manual_seed(options.seed * 1000 + rank)

    def iteration(self, images, labels):
        if options.schedule == "cosine":
            progress = self.steps / (options.epochs * math.ceil(len(self.shard) / self.minibatch))
            for group in self.adam.param_groups:
                group["lr"] = options.learning_rate * 0.5 * (1 + math.cos(math.pi * progress))
        self.adam.zero_grad()
        self.loss(self.network(images), labels).backward()
        if options.clip_norm > 0:
            torch.nn.utils.clip_grad_norm_(self.module.parameters(), options.clip_norm)
        self.adam.step()
        self.steps += 1

    def epoch(self):
        """Seconds of one epoch, the gathering of minibatches included."""
        wait_for_others()
        start = time.perf_counter()
        order = self.shard[torch.randperm(len(self.shard))]
        for i, samples in enumerate(order.split(self.minibatch)):
            self.iteration(self.images.index_select(1, samples), self.labels[samples])
            if options.exchange == "average" and (i + 1) % options.averaging_frequency == 0:
                self.average()
        if options.exchange == "average":
            self.average()
        wait_for_others()
        return time.perf_counter() - start

    def average(self):
        """The mean of parameters and Adam's moments over all processes, in one message."""
        if options.processes == 1:
            return
        tensors = []
        for parameter in self.module.parameters():
            state = self.adam.state[parameter]
            tensors += [parameter.data, state["exp_avg"], state["exp_avg_sq"]]
        message = torch.cat([tensor.reshape(-1) for tensor in tensors])
        distributed.all_reduce(message)
        message /= options.processes
        for tensor, mean in zip(tensors, message.split([tensor.numel() for tensor in tensors]), strict=True):
            tensor.copy_(mean.view_as(tensor))

    def accuracy(self, images, labels):
        with torch.no_grad():
            found = torch.cat([self.module(block).argmax(1) for block in images.split(1000, dim=1)])
        return (found == labels).float().mean().item()

    def test_accuracy(self):
        return self.accuracy(*mnist.load("t10k"))


def wait_for_others():
    if options.processes > 1:
        distributed.barrier()


def measure_iterations():
    training = Training()
    order = torch.randperm(len(training.kept))
    minibatches = [
        (training.images.index_select(1, samples), training.labels[samples])
        for samples in order.split(training.minibatch)
        if len(samples) == training.minibatch
    ]
    per_round, taken, done = 10, [], 0
    start = time.perf_counter()
    while time.perf_counter() - start < 2 * options.seconds or not taken:
        before = time.perf_counter()
        for _ in range(per_round):
            training.iteration(*minibatches[done % len(minibatches)])
            done += 1
        if time.perf_counter() - start > options.seconds:
            taken.append((time.perf_counter() - before) / per_round)
    return {"iterationMillis": statistics.median(taken) * 1e3}


def measure_epochs(rank=0):
    training = Training(rank)
    seconds = [training.epoch() for _ in range(options.epochs)]
    return {"epochSeconds": seconds, "testAccuracy": training.test_accuracy()}


def measure_accuracy():
    training = Training()
    held_out = training.images.index_select(1, training.held_out), training.labels[training.held_out]
    accuracies = []
    start = time.perf_counter()
    while len(accuracies) < options.epochs:
        training.epoch()
        accuracies.append(training.accuracy(*held_out))
        if accuracies[-1] >= options.target:
            break
    return {
        "secondsToAccuracy": time.perf_counter() - start,
        "reached": accuracies[-1] >= options.target,
        "validationAccuracies": accuracies,
        "testAccuracy": training.test_accuracy(),
    }


def one_of_several(rank, meeting):
    distributed.init_process_group(
        "gloo", init_method=f"file://{meeting}", rank=rank, world_size=options.processes)
    measured = measure_epochs(rank)
    if rank == 0:
        report(measured)
    distributed.destroy_process_group()


def report(measured):
    print(json.dumps({**measured, "torch": torch.__version__}), flush=True)


def main():
    torch.set_num_interop_threads(1)
    if options.what == "iteration":
        report(measure_iterations())
    elif options.what == "accuracy":
        report(measure_accuracy())
    elif options.processes == 1:
        report(measure_epochs())
    else:
        with tempfile.TemporaryDirectory() as directory:
            torch.multiprocessing.spawn(
                one_of_several, args=(os.path.join(directory, "meeting"),), nprocs=options.processes)


if __name__ == "__main__":
    main()
