#!/usr/bin/env python3
"""What PyTorch computes, in float, for a network and sequences of io.sparkrnn.kernel.TorchLiveIT.

Reads a file of JSON and prints the outputs of all sequences and the losses of 50 steps of Adam on
them. Parameters are in our order; gates of an LSTM are z, f, o, i.
"""

import argparse
import json
import pathlib

import torch
from torch.nn.utils.rnn import pack_sequence

CELLS = {"elman-tanh": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
STEPS = 50


def torch_order(cell, block):
    if cell != "lstm":
        return block
    z, f, o, i = block.chunk(4)
    return torch.cat([i, f, z, o])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=pathlib.Path)
    given = json.loads(parser.parse_args().file.read_text())
    torch.set_num_threads(1)
    rnn = CELLS[given["cell"]](given["inputs"], given["units"])
    linear = torch.nn.Linear(given["units"], given["outputs"])
    flat = torch.tensor(given["parameters"], dtype=torch.float32)
    at = 0
    for parameter in [*rnn.parameters(), *linear.parameters()]:
        block = flat[at:at + parameter.numel()].reshape(parameter.shape)
        at += parameter.numel()
        recurrent = at <= flat.numel() - linear.weight.numel() - linear.bias.numel()
        parameter.data = torch_order(given["cell"], block) if recurrent else block
    packed = pack_sequence([torch.tensor(dense) for dense in given["dense"]], enforce_sorted=False)
    labels = torch.tensor(given["labels"])
    adam = torch.optim.Adam([*rnn.parameters(), *linear.parameters()], lr=1e-3)
    outputs, losses = None, []
    for _ in range(STEPS):
        _, state = rnn(packed)
        y = linear((state[0] if given["cell"] == "lstm" else state)[-1])
        outputs = y.tolist() if outputs is None else outputs
        loss = torch.nn.functional.cross_entropy(y, labels)
        losses.append(loss.item())
        adam.zero_grad()
        loss.backward()
        adam.step()
    print(json.dumps({"outputs": outputs, "losses": losses}))


if __name__ == "__main__":
    main()
