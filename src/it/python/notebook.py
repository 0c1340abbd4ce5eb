"""Runs a notebook's cells in order, in one process, without Jupyter.

python3 src/it/python/notebook.py src/docs/speakers.ipynb   writes what they print and show into the notebook.
"""

import base64
import contextlib
import io
import json
import os
import sys
from pathlib import Path

PNG = "image/png"


def run(notebook: dict) -> list:
    """Each cell of code, and the outputs that it has now, as notebooks write them."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    names, found = {}, []
    for number, cell in enumerate((cell for cell in notebook["cells"] if cell["cell_type"] == "code"), 1):
        shown, printed = [], io.StringIO()
        pyplot.show = lambda shown=shown: shown.extend(pictures(pyplot))
        with contextlib.redirect_stdout(printed):
            exec(compile("".join(cell["source"]), f"cell {number}", "exec"), names)
        text = printed.getvalue().splitlines(keepends=True)
        found.append((cell, ([{"output_type": "stream", "name": "stdout", "text": text}] if text else []) + shown))
    return found


def pictures(pyplot) -> list:
    """The figures that are open, which are closed."""
    found = []
    for number in pyplot.get_fignums():
        file = io.BytesIO()
        # Without the version of what has drawn it.
        pyplot.figure(number).savefig(file, format="png", dpi=72, metadata={"Software": None})
        data = {PNG: base64.b64encode(file.getvalue()).decode(), "text/plain": ["<Figure>"]}
        found.append({"output_type": "display_data", "data": data, "metadata": {}})
    pyplot.close("all")
    return found


def said(outputs: list) -> list:
    """What is equal each time: texts, and how many pictures there are."""
    return [output.get("text", PNG) for output in outputs]


def main(file: str) -> None:
    notebook = json.loads(Path(file).read_text())
    for number, (cell, outputs) in enumerate(run(notebook), 1):
        cell.update(execution_count=number, outputs=outputs)
    Path(file).write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    # The JVM of a session may still be there.
    os._exit(0)
