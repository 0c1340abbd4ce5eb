#!/usr/bin/env python3
"""Draws a comparison's results: plot.py RESULTS.json COMPARISON PICTURE.svg"""

import json
import sys

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as pyplot  # noqa: E402


def main(results, name, picture):
    with open(results, encoding="utf-8") as file:
        comparison = json.load(file)["comparisons"][name]
    peers = comparison["peers"]
    figure, axes = pyplot.subplots(figsize=(8, 0.8 + 0.5 * len(peers)), layout="constrained")
    for place, peer in enumerate(peers):
        label = f" {peer['median']:.3g}" if peer["reached"] else f" at least {peer['median']:.3g}"
        axes.barh(place, peer["median"], color="#4878a8" if place == 0 else "#b0b0b0")
        axes.plot(peer["values"], [place] * len(peer["values"]), "k|", markersize=8)
        axes.annotate(label, (max(peer["values"]), place), va="center", fontsize=9)
    axes.set_yticks(range(len(peers)), [peer["name"] for peer in peers])
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_xlim(left=0)
    axes.set_xlabel(comparison["metric"])
    axes.set_title(comparison["title"], fontsize=10, loc="left")
    axes.spines[["top", "right"]].set_visible(False)
    pyplot.rcParams["svg.hashsalt"] = "spark-rnn"  # Or the file would differ each time.
    figure.savefig(picture, metadata={"Date": None})


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
