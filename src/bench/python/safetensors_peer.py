"""Our safetensors in PyTorch, and PyTorch's for us.

    python src/bench/python/safetensors_peer.py golden FILE        writes the file that SafetensorsFileTest reads
    python src/bench/python/safetensors_peer.py evaluate FILE      the test images' accuracy, as `evaluate` prints it
    python src/bench/python/safetensors_peer.py compare FILE TABLE a table of the test images that `predict` wrote as CSV,
                                                                   image by image
"""

import csv
import gzip
import pathlib
import sys

import torch
from safetensors.torch import load_file, save_file

MNIST = pathlib.Path(__file__).resolve().parents[2] / "main/resources/io/sparkrnn/data/mnist"


class RowRnn(torch.nn.Module):
    def __init__(self, inputs, units, layers, classes):
        super().__init__()
        self.rnn = torch.nn.RNN(inputs, units, num_layers=layers, batch_first=True)
        self.fc = torch.nn.Linear(units, classes)

    def forward(self, images):
        return self.fc(self.rnn(images)[0][:, -1])


def golden(file):
    model = RowRnn(3, 2, 2, 4)
    state = {}
    count = 0
    for name, values in model.state_dict().items():
        state[name] = (torch.arange(count, count + values.numel()) / 2).reshape(values.shape)
        count += values.numel()
    save_file(state, file)


def read(name, header):
    with gzip.open(MNIST / f"{name}.gz") as stream:
        return torch.frombuffer(bytearray(stream.read()[header:]), dtype=torch.uint8)


def predict(file):
    """Probabilities of the test images."""
    state = load_file(file)
    layers = sum(name.startswith("rnn.weight_ih_l") for name in state)
    model = RowRnn(state["rnn.weight_ih_l0"].shape[1], state["fc.weight"].shape[1], layers, state["fc.weight"].shape[0])
    model.load_state_dict(state)
    images = read("t10k-images-idx3-ubyte", 16).reshape(-1, 28, 28).float() / 255
    with torch.no_grad():
        return torch.softmax(model(images), 1)


def evaluate(file):
    labels = read("t10k-labels-idx1-ubyte", 8)
    right = (predict(file).argmax(1) == labels).sum().item()
    print(f"{right} of {len(labels)} right, {100 * right / len(labels):.2f}%")


def compare(file, table):
    probabilities = predict(file)
    seen, equal, furthest = 0, 0, 0.0
    for part in pathlib.Path(table, "status=ok").glob("*.csv"):
        with open(part, newline="", encoding="utf-8") as rows:
            for row in csv.DictReader(rows):
                ours = torch.tensor([float(row[f"p{c}"]) for c in range(probabilities.shape[1])])
                theirs = probabilities[int(row["index"])]
                seen += 1
                equal += int(row["prediction"]) == theirs.argmax().item()
                furthest = max(furthest, (ours - theirs).abs().max().item())
    print(f"{equal} of {seen} predictions equal, probabilities at most {furthest:.1e} apart")
    if not seen == equal == len(probabilities):
        sys.exit(1)


if __name__ == "__main__":
    {"golden": golden, "evaluate": evaluate, "compare": compare}[sys.argv[1]](*sys.argv[2:])
