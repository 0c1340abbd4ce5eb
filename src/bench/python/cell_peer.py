#!/usr/bin/env python3
"""Iterations of a network of any cell on random sequences in PyTorch, with Adam.

The peer of io.sparkrnn.train.CellIterations. Sequences of unequal lengths are packed.
"""

import argparse
import json
import random
import statistics
import time

import torch


def parse():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cell", choices=["lstm", "gru", "elman-tanh"])
    parser.add_argument("units", type=int)
    parser.add_argument("layers", type=int)
    parser.add_argument("direction", choices=["FORWARD", "BOTH"])
    parser.add_argument("inputs", type=int)
    parser.add_argument("time_steps", type=int)
    parser.add_argument("shortest", type=int)
    parser.add_argument("minibatch", type=int)
    parser.add_argument("threads", type=int)
    parser.add_argument("seconds", type=float)
    return parser.parse_args()


def main():
    options = parse()
    torch.set_num_threads(options.threads)
    torch.manual_seed(1)
    random.seed(1)
    kind = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU, "elman-tanh": torch.nn.RNN}[options.cell]
    both = options.direction == "BOTH"
    rnn = kind(options.inputs, options.units, options.layers, bidirectional=both)
    linear = torch.nn.Linear(options.units * (2 if both else 1), 10)
    parameters = [*rnn.parameters(), *linear.parameters()]
    adam = torch.optim.Adam(parameters, lr=1e-4)
    loss = torch.nn.CrossEntropyLoss()
    minibatches = []
    for _ in range(20):
        values = torch.rand(options.time_steps, options.minibatch, options.inputs)
        lengths = [random.randint(options.shortest, options.time_steps) for _ in range(options.minibatch)]
        minibatches.append((values, lengths, torch.randint(0, 10, (options.minibatch,))))
    millis = []
    start = time.perf_counter()
    i = 0
    while time.perf_counter() - start < 2 * options.seconds:
        began = time.perf_counter()
        values, lengths, labels = minibatches[i % len(minibatches)]
        if options.shortest < options.time_steps:
            values = torch.nn.utils.rnn.pack_padded_sequence(values, lengths, enforce_sorted=False)
        _, state = rnn(values)
        hidden = state[0] if options.cell == "lstm" else state
        read = torch.cat([hidden[-2], hidden[-1]], dim=1) if both else hidden[-1]
        adam.zero_grad()
        loss(linear(read), labels).backward()
        adam.step()
        ended = time.perf_counter()
        if ended - start > options.seconds:
            millis.append((ended - began) * 1e3)
        i += 1
    print(json.dumps({"iterationMillis": statistics.median(millis)}))


if __name__ == "__main__":
    main()
