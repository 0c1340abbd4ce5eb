#!/usr/bin/env python3
"""Networks of all kinds as safetensors between PyTorch and io.sparkrnn.export.SafetensorsFile.

    safetensors_cases.py recorded DIRECTORY   writes the few files that ordinary tests read, with what PyTorch computes
    safetensors_cases.py written DIRECTORY    likewise, many of them, of all kinds
    safetensors_cases.py read DIRECTORY       reads NAME.safetensors, which spark-rnn wrote, and NAME.json, its samples, and
                                              writes NAME.outputs.json
"""

import itertools
import json
import pathlib
import sys

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

CELLS = {"elman-tanh": torch.nn.RNN, "elman-relu": torch.nn.RNN, "lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
OUTPUTS = 3
VOCABULARY = 5


def recurrent(cell, *sizes, **options):
    if cell.startswith("elman-"):
        options["nonlinearity"] = cell[len("elman-"):]
    return CELLS[cell](*sizes, batch_first=True, **options)


class Tagger(torch.nn.Module):
    """Modules as people have them, with names of their own."""

    def __init__(self, cell, layers=1, both=False, reads="last", dense=2, embedded=0, bias=True, head=True, head_bias=True):
        super().__init__()
        self.reads = reads
        self.both = both
        self.emb = torch.nn.Embedding(VOCABULARY, embedded) if embedded else None
        self.encoder = recurrent(cell, dense + embedded, 4, num_layers=layers, bidirectional=both, bias=bias)
        self.out = torch.nn.Linear((1 + both) * 4, OUTPUTS, bias=head_bias) if head else None

    def forward(self, dense, ids):
        """The outputs of each sample, a list for each reading."""
        lengths = torch.tensor([len(values) for values in dense])
        values = pad_sequence(dense, batch_first=True)
        if self.emb is not None:
            values = torch.cat([values, self.emb(pad_sequence(ids, batch_first=True))], 2)
        packed, last = self.encoder(pack_padded_sequence(values, lengths, batch_first=True, enforce_sorted=False))
        h = last[0] if isinstance(last, tuple) else last
        states = pad_packed_sequence(packed, batch_first=True)[0]
        outputs = []
        for s, length in enumerate(lengths):
            own = states[s, :length]
            read = {
                "last": lambda s=s: torch.cat(list(h[-1 - self.both:, s]))[None],
                "mean": lambda own=own: own.mean(0, keepdim=True),
                "max": lambda own=own: own.max(0, keepdim=True).values,
                "every": lambda own=own: own,
            }[self.reads]()
            outputs.append((read if self.out is None else self.out(read)).tolist())
        return outputs


def case(directory, name, seed, cell, dtype=torch.float32, lengths=(6, 1, 3, 5), **options):
    torch.manual_seed(seed)
    model = Tagger(cell, **options)
    for parameter in model.parameters():
        parameter.data = (1.5 * parameter.data).to(dtype)
    save_file({key: value.contiguous() for key, value in model.state_dict().items()}, directory / f"{name}.safetensors")
    model.double()
    dense = [torch.round(torch.randn(length, options.get("dense", 2)), decimals=2) for length in lengths]
    ids = [torch.randint(VOCABULARY, (length,)) for length in lengths]
    with torch.no_grad():
        outputs = model([values.double() for values in dense], ids)
    json.dump({"cell": cell, "reads": options.get("reads", "last"), "timeSteps": max(lengths),
               "dense": [[[round(v, 2) for v in step] for step in values.tolist()] for values in dense],
               "ids": [i.tolist() for i in ids], "outputs": outputs}, (directory / f"{name}.json").open("w"))


def recorded(directory):
    case(directory, "torch-rnn", 1, "elman-tanh")
    case(directory, "torch-rnn-both", 2, "elman-relu", layers=2, both=True, reads="mean")
    case(directory, "torch-lstm", 3, "lstm", layers=2, dense=0, embedded=3)
    case(directory, "torch-lstm-both", 4, "lstm", both=True, layers=2)
    case(directory, "torch-lstm-unbiased", 5, "lstm", bias=False, reads="max")
    case(directory, "torch-lstm-brain", 6, "lstm", dtype=torch.bfloat16)
    case(directory, "torch-lstm-double", 7, "lstm", dtype=torch.float64)
    case(directory, "torch-gru", 8, "gru", layers=2, embedded=2, reads="every")
    case(directory, "torch-gru-both", 9, "gru", both=True, reads="max", head_bias=False)
    case(directory, "torch-gru-unbiased", 10, "gru", bias=False)
    case(directory, "torch-gru-half", 11, "gru", dtype=torch.float16)


def written(directory):
    kinds = itertools.product(CELLS, (False, True), ("last", "mean", "max", "every"), (1, 2), (True, False),
                              ((2, 0), (0, 3), (2, 3)), (torch.float32, torch.float16))
    for number, (cell, both, reads, layers, bias, (dense, embedded), dtype) in enumerate(kinds):
        lengths = [1 + (number * 7 + s * 5) % 40 for s in range(6)]
        case(directory, f"case-{number}", number, cell, dtype, lengths, both=both, reads=reads, layers=layers, bias=bias,
             dense=dense, embedded=embedded)


def layer(state, cell, number, sequence):
    """The states of a layer, which has a module of its own, at each time step of a sequence."""
    suffix = f"_l{number}"
    own = {key[len("rnn."):].replace(suffix, "_l0"): values for key, values in state.items()
           if key.startswith("rnn.") and suffix in key}
    backward = not any(key.endswith("_l0") for key in own)
    if backward:
        own = {key[:-len("_reverse")]: values for key, values in own.items()}
    units = own["weight_hh_l0"].shape[1]
    module = recurrent(cell, sequence.shape[1], units, bidirectional="weight_ih_l0_reverse" in own).double()
    module.load_state_dict({key: values.double() for key, values in own.items()})
    if backward:
        return module(sequence.flip(0)[None])[0][0].flip(0)
    return module(sequence[None])[0][0]


def outputs(topology, state, sample):
    """Of one sample, a list for each reading."""
    parts = [torch.tensor(sample["dense"], dtype=torch.float64).reshape(sample["length"], -1)]
    for channel, ids in enumerate(sample["ids"]):
        name = "embedding.weight" if len(sample["ids"]) == 1 else f"embedding{channel}.weight"
        parts.append(torch.nn.Embedding.from_pretrained(state[name].double())(torch.tensor(ids)))
    statics = torch.tensor(sample["statics"], dtype=torch.float64)
    if topology["join"] == "EVERY_STEP":
        parts.append(statics.expand(sample["length"], -1))
    states = torch.cat(parts, 1)
    layers = topology["layers"].split(",")
    for number, text in enumerate(layers):
        states = layer(state, text.split(":")[0], number, states)
    fields = [*layers[-1].split(":"), "FORWARD"]
    units = int(fields[1])
    first, last = states[:1], states[-1:]
    read = {
        "LAST": {"FORWARD": last, "BACKWARD": first, "BOTH": torch.cat([last[:, :units], first[:, units:]], 1)}[fields[2]],
        "MEAN": states.mean(0, keepdim=True),
        "MAX": states.max(0, keepdim=True).values,
        "EVERY": states,
    }[topology["reads"]]
    if topology["join"] == "HEAD":
        read = torch.cat([read, statics.expand(len(read), -1)], 1)
    head = torch.nn.Linear(read.shape[1], int(topology["outputs"])).double()
    head.load_state_dict({key[len("fc."):]: values.double() for key, values in state.items() if key.startswith("fc.")})
    return head(read).tolist()


def read(directory):
    for file in directory.glob("*.safetensors"):
        with safe_open(file, "pt") as content:
            topology = dict(line.split("=", 1) for line in content.metadata()["spark-rnn.topology"].splitlines())
        state = load_file(file)
        samples = json.loads(file.with_suffix(".json").read_text())
        with torch.no_grad():
            file.with_suffix(".outputs.json").write_text(json.dumps([outputs(topology, state, sample) for sample in samples]))


if __name__ == "__main__":
    torch.set_num_threads(1)
    where = pathlib.Path(sys.argv[2])
    where.mkdir(parents=True, exist_ok=True)
    {"recorded": recorded, "written": written, "read": read}[sys.argv[1]](where)
