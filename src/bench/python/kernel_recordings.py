#!/usr/bin/env python3
"""Records what PyTorch computes for small networks, as resources of the kernel's tests.

Parameters are in PyTorch's order, which io.sparkrnn.kernel.TorchOrder turns into ours.
"""

import argparse
import json
import pathlib

import numpy
import torch
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

CELLS = {"elman-tanh": torch.nn.RNN, "elman-relu": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


class Recorded(torch.nn.Module):
    """The networks of io.sparkrnn.kernel.Network that PyTorch's own layers make up."""

    def __init__(self, network):
        super().__init__()
        self.network = network
        self.ways = 2 if network["direction"] == "BOTH" else 1
        self.embedding = None
        width = network["dense"]
        if "vocabulary" in network:
            self.embedding = torch.nn.Embedding(network["vocabulary"], network["embedded"])
            # Not padding_idx at once, which would make the vector zero: that it is read must show.
            self.embedding.padding_idx = network["padding"]
            width += network["embedded"]
        statics = network.get("statics", 0)
        joined_below = network.get("join") == "EVERY_STEP"
        options = {"nonlinearity": network["cell"][len("elman-"):]} if network["cell"].startswith("elman-") else {}
        self.rnn = CELLS[network["cell"]](width + (statics if joined_below else 0), network["units"],
                                          num_layers=network["layers"], bidirectional=self.ways == 2, batch_first=True, **options)
        self.head = torch.nn.Linear(self.ways * network["units"] + (0 if joined_below else statics), network["outputs"])

    def forward(self, samples, state=None):
        """The outputs of all readings, sample by sample, and the state after the last time step."""
        values = torch.nn.utils.rnn.pad_sequence(samples.dense, batch_first=True)
        if self.embedding is not None:
            ids = torch.nn.utils.rnn.pad_sequence(samples.ids, batch_first=True)
            values = torch.cat([values, self.embedding(ids)], 2)
        joins = self.network.get("join")
        if joins == "EVERY_STEP":
            values = torch.cat([values, samples.statics[:, None].expand(-1, values.shape[1], -1)], 2)
        lengths = torch.tensor([len(dense) for dense in samples.dense])
        packed, last = self.rnn(pack_padded_sequence(values, lengths, batch_first=True, enforce_sorted=False), state)
        top, _ = pad_packed_sequence(packed, batch_first=True)
        own = torch.arange(top.shape[1])[None] < lengths[:, None]
        reads = self.network["reads"]
        if reads == "LAST":
            h = last[0] if isinstance(last, tuple) else last
            read = torch.cat(list(h[-self.ways:]), 1)
        elif reads == "MEAN":
            read = (top * own[..., None]).sum(1) / lengths[:, None]
        elif reads == "MAX":
            read = top.masked_fill(~own[..., None], -torch.inf).max(1).values
        else:
            read = top[own]
        if joins == "HEAD":
            read = torch.cat([read, samples.statics], 1)
        return self.head(read), last


class Samples:
    """Random sequences whose classes can be learned."""

    def __init__(self, network, count, lengths=None):
        lengths = lengths or torch.randint(1, network["timeSteps"] + 1, (count,)).tolist()
        self.labels = torch.randint(network["outputs"], (count,))
        shift = (self.labels - 1) / 2
        self.dense = [rounded(torch.rand(length, network["dense"]) * 2 - 1 + s) for length, s in zip(lengths, shift, strict=True)]
        self.ids = [torch.randint(network.get("vocabulary", 1), (length,)) for length in lengths]
        self.statics = rounded(torch.rand(count, network.get("statics", 0)))
        self.readings = lengths if network["reads"] == "EVERY" else [1] * count
        readings = sum(self.readings)
        if network["reads"] == "EVERY":
            self.labels = torch.randint(network["outputs"], (readings,))
        self.targets = targets(network, readings)
        self.weights = rounded(torch.rand(readings))
        self.weights[0] = 0

    def chosen(self, numbers):
        """Some samples, of which each has one reading."""
        chosen = Samples.__new__(Samples)
        chosen.dense = [self.dense[number] for number in numbers]
        chosen.labels = self.labels[numbers]
        return chosen

    def fields(self, network):
        fields = {"dense": [numbers(dense) for dense in self.dense]}
        if "vocabulary" in network:
            fields["ids"] = [ids.tolist() for ids in self.ids]
        if network.get("statics"):
            fields["statics"] = numbers(self.statics)
        if network["loss"] == "softmax":
            fields["labels"] = [labels.tolist() for labels in self.labels.split(self.readings)]
        else:
            fields["targets"] = [numbers(part) for part in self.targets.split(self.readings)]
        if network.get("weighted"):
            fields["weights"] = [numbers(part) for part in self.weights.split(self.readings)]
        return fields

    def double(self):
        self.dense = [dense.double() for dense in self.dense]
        self.statics, self.targets, self.weights = self.statics.double(), self.targets.double(), self.weights.double()
        return self


def targets(network, readings):
    shape = (readings, network["outputs"])
    if network["loss"] == "sigmoid":
        return torch.randint(5, shape) / 4
    if network["loss"] == "poisson":
        return torch.randint(5, shape).float()
    if network["loss"] == "quantile":
        levels = len(network["levels"])
        return rounded(torch.randn(readings, network["outputs"] // levels)).repeat_interleave(levels, 1)
    return rounded(torch.randn(shape))


def rounded(values):
    return torch.round(values, decimals=2)


def numbers(tensor):
    """Nested lists; of floats, the shortest decimals that are read as them."""
    if tensor.dtype == torch.float32:
        values = tensor.detach().numpy()
        return numpy.array([float(str(value)) for value in values.flat]).reshape(values.shape).tolist()
    return tensor.detach().tolist()


def loss_of(network, y, samples):
    name = network["loss"]
    if name == "softmax":
        weights = network.get("classWeights")
        return functional.cross_entropy(y, samples.labels, weight=weights and torch.tensor(weights, dtype=y.dtype),
                                        label_smoothing=network.get("labelSmoothing", 0))
    target = samples.targets
    if network.get("weighted"):  # A sigmoid's, the only one.
        losses = functional.binary_cross_entropy_with_logits(y, target, reduction="none").mean(1)
        return (losses * samples.weights).sum() / samples.weights.sum()
    if name == "quantile":
        level = torch.tensor(network["levels"], dtype=y.dtype).repeat(network["outputs"] // len(network["levels"]))
        return torch.maximum(level * (target - y), (level - 1) * (target - y)).mean()
    return {
        "sigmoid": torch.nn.BCEWithLogitsLoss(),
        "squared": torch.nn.MSELoss(),
        "absolute": torch.nn.L1Loss(),
        "huber": torch.nn.HuberLoss(delta=network.get("delta", 1)),
        "poisson": torch.nn.PoissonNLLLoss(log_input=True, full=False),
    }[name](y, target)


def flat(tensors):
    return torch.cat([tensor.flatten() for tensor in tensors])


def parameters(model):
    return numbers(flat(parameter.detach() for parameter in model.parameters()))


def states(last):
    """[sample][value]: of each layer h, then c."""
    parts = last if isinstance(last, tuple) else (last,)
    return torch.cat([part[layer] for layer in range(len(parts[0])) for part in parts], 1)


def gradient(network, seed, starts=False):
    """Outputs, loss and gradient of one minibatch, in double."""
    torch.manual_seed(seed)
    model = Recorded(network)
    samples = Samples(network, 4, [network["timeSteps"], 1, 3, 2])
    recording = {"network": network, "parameters": parameters(model)} | samples.fields(network)
    model.double()
    samples.double()
    state = None
    if starts:
        h, c = (rounded(torch.rand(network["layers"], 4, network["units"]) - 0.5).double() for _ in range(2))
        state = (h, c) if network["cell"] == "lstm" else h
        recording["initialStates"] = states(state).tolist()
    y, last = model(samples, state)
    loss = loss_of(network, y, samples)
    loss.backward()
    recording |= {
        "outputs": [part.tolist() for part in y.split(samples.readings)],
        "loss": loss.item(),
        "gradient": flat(parameter.grad for parameter in model.parameters()).tolist(),
    }
    if model.ways == 1:
        recording["states"] = states(last).tolist()
    return recording


def training(cell, seed):
    """The first losses of a training, in float."""
    torch.manual_seed(seed)
    network = {"cell": cell, "layers": 1, "units": 8, "direction": "FORWARD", "timeSteps": 6, "dense": 3,
               "loss": "softmax", "outputs": 3, "reads": "LAST"}
    model = Recorded(network)
    samples = Samples(network, 40)
    recording = {"network": network, "parameters": parameters(model)} | samples.fields(network)
    updater = torch.optim.Adam(model.parameters(), lr=1e-3)
    orders, losses = [], []
    while len(orders) < 50:
        orders += [order.tolist() for order in torch.randperm(40).split(8)]
    for order in orders:
        minibatch = samples.chosen(order)
        updater.zero_grad()
        loss = loss_of(network, model(minibatch)[0], minibatch)
        loss.backward()
        updater.step()
        losses.append(loss.detach())
    return recording | {"order": orders, "losses": numbers(torch.stack(losses))}


def network_of(cell, loss, reads, outputs=3, direction="FORWARD", **others):
    return {"cell": cell, "layers": 2, "units": 3, "direction": direction, "timeSteps": 4, "dense": 2,
            "loss": loss, "outputs": outputs, "reads": reads} | others


def recordings():
    embedding = {"vocabulary": 4, "embedded": 2, "padding": 0, "statics": 2}
    return {
        "lstm": gradient(network_of("lstm", "softmax", "LAST"), 1, starts=True),
        "lstm-both": gradient(network_of("lstm", "squared", "EVERY", direction="BOTH"), 2),
        "gru": gradient(network_of("gru", "squared", "EVERY"), 3, starts=True),
        "gru-both": gradient(network_of("gru", "softmax", "LAST", direction="BOTH"), 4),
        "elman-tanh": gradient(network_of("elman-tanh", "sigmoid", "MEAN"), 5),
        "elman-relu": gradient(network_of("elman-relu", "softmax", "LAST", direction="BOTH"), 6),
        "class-weights": gradient(network_of("gru", "softmax", "EVERY", labelSmoothing=0.2, classWeights=[0.5, 2, 1.25]), 7),
        "weighted": gradient(network_of("lstm", "sigmoid", "EVERY", weighted=True), 8),
        "absolute": gradient(network_of("gru", "absolute", "MAX", direction="BOTH"), 9),
        "huber": gradient(network_of("elman-tanh", "huber", "EVERY", delta=0.7), 10),
        "quantile": gradient(network_of("lstm", "quantile", "LAST", outputs=6, levels=[0.1, 0.5, 0.9]), 11),
        "poisson": gradient(network_of("gru", "poisson", "MEAN"), 12),
        "statics-below": gradient(network_of("lstm", "softmax", "LAST", join="EVERY_STEP", **embedding), 13),
        "statics-at-head": gradient(network_of("gru", "squared", "MEAN", join="HEAD", **embedding), 14),
        "training-lstm": training("lstm", 20),
        "training-gru": training("gru", 21),
        "training-elman-tanh": training("elman-tanh", 22),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=pathlib.Path, nargs="?",
                        default=pathlib.Path(__file__).parents[2] / "test/resources/io/sparkrnn/kernel")
    directory = parser.parse_args().directory
    torch.set_num_threads(1)
    directory.mkdir(parents=True, exist_ok=True)
    for name, recording in recordings().items():
        lines = [f"{json.dumps(key)}: {json.dumps(value)}" for key, value in recording.items()]
        (directory / f"torch-{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
