#!/usr/bin/env python3
"""Trains PyTorch's networks on the sequence sets of src/data/sequences, one line of JSON a run.

The peer of the commands in src/docs/sequences.md: the same networks, initial distributions,
schedules, minibatches and best epochs. Seconds are from the first iteration to the end of the last.
"""

import argparse
import csv
import datetime
import gzip
import json
import math
import pathlib
import random
import time

import numpy
import torch
from torch.nn.utils import rnn as packing

CELLS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "elman": torch.nn.RNN}
SETS = pathlib.Path(__file__).parents[2] / "data" / "sequences"
HIDDEN = 64


class Network(torch.nn.Module):
    """One recurrent layer and a linear one, on each state or on the last."""

    def __init__(self, options, inputs, outputs, every, hidden=HIDDEN, tokens=0, both=False):
        super().__init__()
        self.embedding = torch.nn.Embedding(tokens, inputs) if tokens else None
        self.cell = CELLS[options.cell](inputs, hidden, batch_first=True, bidirectional=both)
        self.linear = torch.nn.Linear(hidden * (2 if both else 1), outputs)
        self.every = every

    def forward(self, samples, state=None):
        if isinstance(samples, list):
            lengths = torch.tensor([len(sample) for sample in samples])
            values = self.read(packing.pad_sequence(samples, batch_first=True))
            values = packing.pack_padded_sequence(
                values, lengths, batch_first=True, enforce_sorted=False
            )
            outputs, state = self.cell(values)
            outputs = packing.pad_packed_sequence(outputs, batch_first=True)[0]
        else:
            outputs, state = self.cell(self.read(samples), state)
        last = state[0] if isinstance(state, tuple) else state
        read = outputs if self.every else torch.cat(list(last), dim=1)
        return self.linear(read), state

    def read(self, values):
        return self.embedding(values) if self.embedding else values


class Training:
    """Adam with a clipped gradient, and the clock of the iterations."""

    def __init__(self, network, rate, schedule=None):
        self.network = network
        self.adam = torch.optim.Adam(network.parameters(), rate)
        self.schedule = schedule(self.adam) if schedule else None
        self.seconds = 0.0

    def step(self, loss):
        """Takes a step on a loss that it computes."""
        began = time.perf_counter()
        self.adam.zero_grad()
        loss().backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.adam.step()
        if self.schedule:
            self.schedule.step()
        self.seconds += time.perf_counter() - began


def one_cycle(rate, steps):
    return lambda adam: torch.optim.lr_scheduler.OneCycleLR(adam, rate, steps)


def linear(steps):
    return lambda adam: torch.optim.lr_scheduler.LambdaLR(adam, lambda i: 1 - i / steps)


def lines(name):
    with gzip.open(SETS / name, "rt", encoding="utf-8") as file:
        return file.read().splitlines()


def rows(name):
    return [json.loads(line) for line in lines(name)]


def batches(count, size, numbers):
    order = numbers.permutation(count)
    return [order[i : i + size] for i in range(0, count, size)]


def accuracy(network, samples, labels):
    """Of one class a sample, or a time step where labels are lists."""
    hits = count = 0
    network.eval()
    with torch.no_grad():
        for i in range(0, len(samples), 128):
            found = network(samples[i : i + 128])[0].argmax(-1)
            wanted = labels[i : i + 128]
            if network.every:
                wanted = packing.pad_sequence(wanted, batch_first=True, padding_value=-100)
            hits += int((found == wanted).sum())
            count += int((wanted >= 0).sum())
    network.train()
    return hits / count


def classify(network, train, test, options, epochs, rate, size):
    steps = epochs * math.ceil(len(train[0]) / size)
    training = Training(network, rate, one_cycle(rate, steps))
    numbers = numpy.random.default_rng(options.seed)
    for _ in range(epochs):
        for batch in batches(len(train[0]), size, numbers):
            samples = [train[0][i] for i in batch]
            labels = train[1][torch.from_numpy(batch)]
            training.step(
                lambda s=samples, y=labels: torch.nn.functional.cross_entropy(network(s)[0], y)
            )
    return accuracy(network, *test), training.seconds


def japanese_vowels(options):
    train, test = (rows(f"japanese-vowels/{part}.jsonl.gz") for part in ("train", "test"))
    values = numpy.concatenate([numpy.array(row["x"]) for row in train])
    mean, deviation = values.mean(0), values.std(0)

    def part(found):
        samples = [(numpy.array(row["x"]) - mean) / deviation for row in found]
        return (
            [torch.tensor(sample, dtype=torch.float32) for sample in samples],
            torch.tensor([row["label"] for row in found]),
        )

    return classify(Network(options, 12, 9, False), part(train), part(test), options, 40, 5e-3, 32)


def ecg5000(options):
    def part(name):
        found = [list(map(float, line.split(","))) for line in lines(f"ecg5000/{name}.csv.gz")[1:]]
        samples = [torch.tensor(row[1:])[:, None] for row in found]
        return samples, torch.tensor([int(row[0]) for row in found])

    network = Network(options, 1, 5, False)
    return classify(network, part("train"), part("test"), options, 40, 3e-3, 32)


def udhr_languages(options):
    train, test = (rows(f"udhr-languages/{part}.jsonl.gz") for part in ("train", "test"))
    tokens = {c: i + 2 for i, c in enumerate(sorted({c for row in train for c in row["text"]}))}

    def part(found):
        samples = [torch.tensor([tokens.get(c, 1) for c in row["text"]]) for row in found]
        return samples, torch.tensor([row["label"] for row in found])

    network = Network(options, 32, 65, False, tokens=len(tokens) + 2)
    return classify(network, part(train), part(test), options, 6, 1e-2, 64)


def turkish_pos(options):
    parts = [rows(f"turkish-pos/{part}.jsonl.gz") for part in ("train", "valid", "test")]
    counts = {}
    for row in parts[0]:
        for word in row["words"]:
            counts[word.lower()] = counts.get(word.lower(), 0) + 1
    words = {w: i + 2 for i, w in enumerate(sorted(w for w in counts if counts[w] >= 2))}
    tags = {t: i for i, t in enumerate(sorted({t for row in parts[0] for t in row["tags"]}))}

    def part(found):
        return (
            [torch.tensor([words.get(w.lower(), 1) for w in row["words"]]) for row in found],
            [torch.tensor([tags[t] for t in row["tags"]]) for row in found],
        )

    train, valid, test = map(part, parts)
    network = Network(options, 64, len(tags), True, tokens=len(words) + 2, both=True)
    training = Training(network, 1e-2)
    numbers = numpy.random.default_rng(options.seed)
    best = (0.0, 0.0)
    for _ in range(6):
        for batch in batches(len(train[0]), 64, numbers):
            samples = [train[0][i] for i in batch]
            labels = packing.pad_sequence([train[1][i] for i in batch], True, -100)
            training.step(
                lambda s=samples, y=labels: torch.nn.functional.cross_entropy(
                    network(s)[0].flatten(0, 1), y.flatten()
                )
            )
        found = accuracy(network, *valid)
        if found > best[0]:
            best = (found, accuracy(network, *test))
    return best[1], training.seconds


def kjv(options, steps=600, streams=32, window=64):
    with gzip.open(SETS / "kjv/kjv.txt.gz", "rt", encoding="utf-8", newline="") as file:
        text = file.read()
    tokens = {c: i for i, c in enumerate(sorted(set(text)))}
    ids = torch.tensor([tokens[c] for c in text])
    network = Network(options, 64, len(tokens), True, hidden=256, tokens=len(tokens))
    training = Training(network, 4e-3, linear(steps))
    train, test = ids[: int(0.9 * len(ids))], ids[int(0.95 * len(ids)) :]

    def cut(part, count):
        length = (len(part) - 1) // count
        return (
            part[: count * length].view(count, length),
            part[1 : count * length + 1].view(count, length),
        )

    inputs, labels = cut(train, streams)
    state, at = None, 0
    for _ in range(steps):
        if at + window > inputs.shape[1]:
            state, at = None, 0

        def loss(start=at, given=state):
            nonlocal state
            end = start + window
            found, after = network(inputs[:, start:end], given)
            state = tuple(s.detach() for s in after) if isinstance(after, tuple) else after.detach()
            wanted = labels[:, start:end].flatten()
            return torch.nn.functional.cross_entropy(found.flatten(0, 1), wanted)

        training.step(loss)
        at += window
    inputs, labels = cut(test, 64)
    total, state = 0.0, None
    with torch.no_grad():
        for at in range(0, inputs.shape[1], 256):
            found, state = network(inputs[:, at : at + 256], state)
            wanted = labels[:, at : at + 256].flatten()
            total += torch.nn.functional.cross_entropy(
                found.flatten(0, 1), wanted, reduction="sum"
            ).item()
    return total / labels.numel() / math.log(2), training.seconds


def windows(options, values, targets, train_end, window, warm, size, steps=400, rate=1e-2):
    """A network trained on random windows; targets of NaN do not count."""
    network = Network(options, values.shape[1], 1, True)
    training = Training(network, rate, one_cycle(rate, steps))
    numbers = numpy.random.default_rng(options.seed)
    x = torch.tensor(values, dtype=torch.float32)
    y = torch.tensor(targets, dtype=torch.float32)[:, None]
    for _ in range(steps):
        starts = numbers.integers(0, train_end - window, size)

        def loss(chosen=starts):
            found = network(torch.stack([x[i : i + window] for i in chosen]))[0][:, warm:]
            wanted = torch.stack([y[i + warm : i + window] for i in chosen])
            return ((found - wanted) ** 2).mean()

        training.step(loss)

    def predict(first, end):
        found = []
        with torch.no_grad():
            for at in range(first, end, 256):
                chosen = range(at, min(end, at + 256))
                samples = torch.stack([x[t - window + 1 : t + 1] for t in chosen])
                found.append(network(samples)[0][:, -1, 0])
        return torch.cat(found).numpy()

    return predict, training.seconds


def vic_electricity(options, horizon=24):
    found = list(csv.DictReader(lines("vic-electricity/demand.csv.gz")))
    demand = numpy.array([float(row["demand_mwh"]) for row in found]).reshape(-1, 2).mean(1)
    hours = found[::2]
    times = [row["time_utc"] for row in hours]
    valid = times.index("2013-12-31T13:00:00Z")
    test = times.index("2014-06-30T14:00:00Z")
    mean, deviation = demand[:valid].mean(), demand[:valid].std()
    z = (demand - mean) / deviation
    columns = []
    for t in range(len(hours) - horizon):
        row = hours[t + horizon]
        date = datetime.date.fromisoformat(row["date_local"])
        day = 2 * math.pi * int(row["half_hour_local"]) / 48
        year = 2 * math.pi * (date.timetuple().tm_yday - 1) / 365.25
        week = [float(date.weekday() == i) for i in range(7)]
        angles = [math.sin(day), math.cos(day), math.sin(year), math.cos(year)]
        columns.append([z[t], *angles, float(row["holiday"]), *week])
    values = numpy.array(columns)
    predict, seconds = windows(options, values, z[horizon:], valid - horizon, 168, 48, 16)
    end = len(demand) - horizon
    forecast = predict(test, end) * deviation + mean
    actual = demand[test + horizon : end + horizon]
    return float(numpy.mean(numpy.abs(forecast - actual) / actual) * 100), seconds


def bike_share(options):
    found = list(csv.DictReader(lines("bike-share/hourly.csv.gz")))
    riders = numpy.array([float(row["bikers"]) for row in found])
    day = numpy.array([int(row["day_of_year"]) for row in found])
    valid, test = int(numpy.argmax(day > 270)), int(numpy.argmax(day > 300))
    logs = numpy.log1p(riders)
    mean, deviation = logs[:valid].mean(), logs[:valid].std()
    z = (logs - mean) / deviation
    columns = []
    for t, row in enumerate(found):
        hour = 2 * math.pi * int(row["hour"]) / 24
        angles = [math.sin(hour), math.cos(hour), math.sin(2 * hour), math.cos(2 * hour)]
        weekday = [float(int(row["weekday"]) == i) for i in range(7)]
        weather = [float(int(row["weather"]) == i) for i in range(4)]
        names = ("holiday", "workingday")
        others = ("temp", "humidity", "windspeed")
        columns.append(
            [z[t - 1] if t else 0.0, *angles]
            + [float(row[name]) for name in names]
            + weekday
            + weather
            + [float(row[name]) for name in others]
        )
    predict, seconds = windows(options, numpy.array(columns), z, valid, 72, 24, 32)
    forecast = numpy.expm1(predict(test, len(found)) * deviation + mean)
    return float(numpy.sqrt(numpy.mean((forecast - riders[test:]) ** 2))), seconds


TASKS = {
    "japanese-vowels": japanese_vowels,
    "ecg5000": ecg5000,
    "udhr-languages": udhr_languages,
    "turkish-pos": turkish_pos,
    "kjv": kjv,
    "vic-electricity": vic_electricity,
    "bike-share": bike_share,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", choices=TASKS)
    parser.add_argument("cell", choices=CELLS)
    parser.add_argument("threads", type=int)
    parser.add_argument("seed", type=int)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    random.seed(options.seed)
    score, seconds = TASKS[options.set](options)
    print(
        json.dumps(
            {
                "set": options.set,
                "cell": options.cell,
                "seed": options.seed,
                "score": round(score, 5),
                "seconds": round(seconds, 2),
            }
        ),
        flush=True,
    )


if __name__ == "__main__":
    main()
