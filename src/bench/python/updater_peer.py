"""PyTorch's optimizers and learning rates for UpdaterTest and LearningRateScheduleTest.

    python src/bench/python/updater_peer.py FILE        writes src/test/resources/io/sparkrnn/train/updater/pytorch.json
"""

import json
import math
import sys

import torch
from torch.optim.lr_scheduler import LinearLR, OneCycleLR

STEPS = 20
WEIGHTS = [1.5, -0.75, 0.125, -2.0, 0.5, 1.0]
BIASES = [0.25, -0.5]
RATE = 0.01
DECAY = 0.1
# Multiples of 1/64, which are the same as floats and in the file; the last weight and bias have none.
GRADIENTS = [
    [round(64 * math.sin(1 + 3 * step + 5 * i) * 2.0 ** (i % 4 - 2)) / 64 if i not in (5, 7) else 0.0 for i in range(8)]
    for step in range(STEPS)
]


def adamw(schedule=None):
    """The parameters after each step; biases have a group of their own, without decay."""
    weights, biases = (torch.nn.Parameter(torch.tensor(values)) for values in (WEIGHTS, BIASES))
    optimizer = torch.optim.AdamW([{"params": [weights]}, {"params": [biases], "weight_decay": 0}], lr=RATE, weight_decay=DECAY)
    scheduler = schedule and schedule(optimizer)
    parameters = []
    for gradient in GRADIENTS:
        weights.grad, biases.grad = torch.tensor(gradient[:6]), torch.tensor(gradient[6:])
        optimizer.step()
        if scheduler:
            scheduler.step()
        parameters.append(weights.tolist() + biases.tolist())
    return parameters


def rates(length, schedule):
    """The rate and beta1 of each iteration."""
    optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.zeros(1))], lr=RATE)
    scheduler = schedule(optimizer)
    found = []
    for _ in range(length):
        found.append([optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["betas"][0]])
        optimizer.step()
        scheduler.step()
    return found


def one_cycle(length, rise, start, final):
    """OneCycleLR by our fractions of the peak."""

    def schedule(optimizer):
        return OneCycleLR(optimizer, max_lr=RATE, total_steps=length, pct_start=rise, div_factor=1 / start, final_div_factor=start / final)

    return schedule


def cycle(length, rise, start, final):
    found = rates(length, one_cycle(length, rise, start, final))
    return {"length": length, "rise": rise, "start": start, "final": final, "rates": found}


def main(path):
    recorded = {
        "torch": torch.__version__.split("+")[0],
        "initial": WEIGHTS + BIASES,
        "gradients": GRADIENTS,
        "adamw": adamw(),
        "adamwOneCycle": adamw(one_cycle(STEPS, 0.3, 0.04, 4e-6)),
        "linear": rates(60, lambda optimizer: LinearLR(optimizer, 1.0, 0.1, total_iters=50)),
        "oneCycle": [
            cycle(40, 0.3, 0.04, 4e-6),
            cycle(7, 0.5, 0.125, 0.25),
            cycle(9, 0.0, 0.04, 0.01),
            cycle(3, 0.3, 0.04, 4e-6),
            cycle(1, 0.3, 0.04, 0.01),
        ],
    }
    # A line for each step.
    text = json.dumps(recorded).replace("], [", "],\n[").replace(', "', ',\n"')
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
