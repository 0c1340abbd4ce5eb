"""The MNIST images that spark-rnn ships, as tensors in memory."""

import gzip
import pathlib

import torch

FILES = pathlib.Path(__file__).resolve().parents[2] / "main/resources/io/sparkrnn/data/mnist"


def _values(name, header):
    content = bytearray(gzip.decompress((FILES / name).read_bytes()))
    return torch.frombuffer(content, dtype=torch.uint8, offset=header)


def load(part):
    """Images as float [row, image, column] from 0 to 1, and labels; part is train or t10k."""
    labels = _values(f"{part}-labels-idx1-ubyte.gz", 8).long()
    images = _values(f"{part}-images-idx3-ubyte.gz", 16).view(len(labels), 28, 28)
    return (images.float() / 255).transpose(0, 1).contiguous(), labels
