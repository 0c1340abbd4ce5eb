#!/usr/bin/env python3
"""PyTorch's side of the comparison of predictions: reads an IDX file, prints one line of JSON."""

import argparse
import json
import multiprocessing
import pathlib
import time

HEADER_BYTES = 16


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["whole", "steady"],
                        help="predict every image once and write it, or again and again for some seconds")
    parser.add_argument("--images", type=pathlib.Path, required=True, help="an IDX file, not compressed")
    parser.add_argument("--model", type=pathlib.Path, required=True, help="safetensors, as spark-rnn exports them")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--layout", choices=["rows", "images"], default="rows",
                        help="what nn.RNN's batches have as first axis")
    parser.add_argument("--processes", type=int, default=1, help="each has an equal part of the images")
    parser.add_argument("--threads", type=int, default=1, help="of each process")
    parser.add_argument("--seconds", type=float, default=3, help="to measure; warm-up as long")
    parser.add_argument("--out", type=pathlib.Path, help="directory for classes and probabilities, as .npy")
    return parser.parse_args()


options = arguments()

# Only now: --help and wrong arguments do not need them.
import numpy  # noqa: E402
import torch  # noqa: E402
from safetensors.torch import load_file  # noqa: E402


class ImageRnn(torch.nn.Module):
    def __init__(self, state):
        super().__init__()
        units, inputs = state["rnn.weight_ih_l0"].shape
        self.rnn = torch.nn.RNN(inputs, units, batch_first=options.layout == "images")
        self.fc = torch.nn.Linear(units, len(state["fc.bias"]))
        self.load_state_dict(state)

    def forward(self, images):
        return self.fc(self.rnn(images)[1][-1]).softmax(1)


class Prediction:
    """One process's part of the images."""

    def __init__(self, rank):
        torch.set_num_threads(options.threads)
        torch.set_num_interop_threads(1)
        self.model = ImageRnn(load_file(options.model)).eval()
        header = numpy.fromfile(options.images, ">i4", 4)
        images = numpy.memmap(options.images, numpy.uint8, "r", HEADER_BYTES, tuple(header[1:]))
        first, end = (len(images) * part // options.processes for part in (rank, rank + 1))
        self.images = images[first:end]

    def batch(self, at):
        # A copy, since PyTorch takes no memory that it could not write to.
        images = torch.from_numpy(numpy.array(self.images[at:at + options.batch]))
        if options.layout == "rows":
            images = images.transpose(0, 1)
        probabilities = self.model(images.float().div_(255))
        return probabilities.argmax(1), probabilities

    @torch.inference_mode()
    def whole(self, rank):
        classes = numpy.empty(len(self.images), numpy.int32)
        probabilities = numpy.empty((len(self.images), self.model.fc.out_features), numpy.float32)
        for at in range(0, len(self.images), options.batch):
            found, sure = self.batch(at)
            classes[at:at + options.batch] = found.numpy()
            probabilities[at:at + options.batch] = sure.numpy()
        numpy.save(options.out / f"classes-{rank}.npy", classes)
        numpy.save(options.out / f"probabilities-{rank}.npy", probabilities)
        return len(self.images)

    @torch.inference_mode()
    def steady(self):
        at, done, start = 0, 0, time.perf_counter()
        while (elapsed := time.perf_counter() - start) < 2 * options.seconds:
            if at + options.batch > len(self.images):
                at = 0
            self.batch(at)
            at += options.batch
            done += options.batch if elapsed >= options.seconds else 0
        return done / options.seconds


def part(rank):
    prediction = Prediction(rank)
    return prediction.whole(rank) if options.what == "whole" else prediction.steady()


def main():
    if options.what == "whole":
        options.out.mkdir(parents=True)
    if options.processes == 1:
        results = [part(0)]
    else:
        with multiprocessing.get_context("fork").Pool(options.processes) as pool:
            results = pool.map(part, range(options.processes), chunksize=1)
    name = "images" if options.what == "whole" else "imagesPerSecond"
    print(json.dumps({name: sum(results), "torch": torch.__version__}), flush=True)


if __name__ == "__main__":
    main()
