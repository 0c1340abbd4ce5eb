"""Graphs of PyTorch and Keras as ONNX, for us, and ours in other runtimes.

    python src/bench/python/onnx_peer.py pytorch DIRECTORY   writes what OnnxDecoderTest reads: files of both of PyTorch's
                                                             exporters, and as JSON what PyTorch makes of an input
    python src/bench/python/onnx_peer.py keras DIRECTORY     the same of tf2onnx, with TF_USE_LEGACY_KERAS=1
    python src/bench/python/onnx_peer.py run FILE...         what onnx's checker, ONNX Runtime and OpenVINO make of files of
                                                             ours: the largest difference between the runtimes
"""

import json
import pathlib
import sys
import warnings


def record(directory, name, x, y):
    (pathlib.Path(directory) / f"{name}.json").write_text(json.dumps({"x": x.tolist(), "y": y.tolist()}))


def pytorch(directory):
    import onnx
    import torch

    class Model(torch.nn.Module):
        def __init__(self, cell, layers, both, reads, vocabulary, batch_first, **more):
            super().__init__()
            self.time = 1 if batch_first else 0
            self.reads = reads
            self.embedding = torch.nn.Embedding(vocabulary, 3) if vocabulary else torch.nn.Identity()
            self.rnn = cell(3, 4, num_layers=layers, bidirectional=both, batch_first=batch_first, **more)
            self.fc = torch.nn.Linear(8 if both else 4, 2)

        def forward(self, x):
            states, last = self.rnn(self.embedding(x))
            if self.reads == "every":
                return self.fc(states)
            if self.reads == "mean":
                return self.fc(states.mean(self.time))
            if self.reads == "max":
                return self.fc(states.max(self.time).values)
            if self.reads == "slice":
                return self.fc(states[:, -1])
            last = last[0] if isinstance(last, tuple) else last
            last = torch.cat([last[-2], last[-1]], 1) if self.rnn.bidirectional else last[-1]
            return torch.softmax(self.fc(last), 1)

    networks = {
        "rnn-relu-slice": (torch.nn.RNN, 1, False, "slice", 0, True, {"nonlinearity": "relu"}),
        "lstm-2-last": (torch.nn.LSTM, 2, False, "last", 0, True, {}),
        "gru-slice": (torch.nn.GRU, 1, False, "slice", 0, True, {}),
        "lstm-both-last": (torch.nn.LSTM, 2, True, "last", 0, True, {}),
        "gru-both-every": (torch.nn.GRU, 1, True, "every", 5, True, {}),
        "lstm-mean": (torch.nn.LSTM, 1, False, "mean", 5, True, {}),
        "gru-time-first-max": (torch.nn.GRU, 1, True, "max", 0, False, {}),
    }
    for name, (cell, layers, both, reads, vocabulary, batch_first, more) in networks.items():
        torch.manual_seed(1)
        model = Model(cell, layers, both, reads, vocabulary, batch_first, **more).eval()
        shape = (2, 6) if batch_first else (6, 2)
        x = torch.randint(0, vocabulary, shape) if vocabulary else torch.randn(*shape, 3)
        with torch.no_grad():
            y = model(x)
        axes = {0: "batch", 1: "time"} if batch_first else {0: "time", 1: "batch"}
        for exporter in ("classic", "dynamo"):
            file = pathlib.Path(directory) / f"pytorch-{name}-{exporter}.onnx"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if exporter == "dynamo":
                    shapes = ({axis: torch.export.Dim.AUTO for axis in axes},)
                    torch.onnx.export(model, (x,), file, dynamo=True, external_data=False, dynamic_shapes=shapes, verbose=False)
                else:
                    torch.onnx.export(model, (x,), file, dynamo=False, input_names=["x"], dynamic_axes={"x": axes})
            without_traces(onnx, file)
        record(directory, "pytorch-" + name, x if batch_first else x.transpose(0, 1), y)


def without_traces(onnx, file):
    """The exporter writes down where in which program each node is from."""
    model = onnx.load(file)
    model.graph.ClearField("value_info")
    for message in [model, model.graph, *model.graph.node, *model.graph.initializer, *model.graph.input, *model.graph.output]:
        message.ClearField("metadata_props")
        message.ClearField("doc_string")
    onnx.save(model, file)


def keras(directory):
    import numpy
    import tensorflow
    import tf2onnx
    from tensorflow import keras as library

    layers = library.layers
    networks = {
        "lstm": [layers.LSTM(4), layers.Dense(2, activation="softmax")],
        "gru-every": [layers.GRU(4, return_sequences=True), layers.Dense(2)],
        "lstm-both": [layers.Bidirectional(layers.LSTM(4)), layers.Dense(2)],
        "rnn": [layers.SimpleRNN(4), layers.Dense(2)],
    }
    for name, stack in networks.items():
        library.utils.set_random_seed(1)
        model = library.Sequential(stack)
        model.build((None, None, 3))
        for layer in model.layers:
            layer.set_weights([numpy.random.normal(0, 0.5, w.shape).astype("float32") for w in layer.get_weights()])
        x = numpy.random.normal(size=(2, 6, 3)).astype("float32")
        file = pathlib.Path(directory) / f"tf2onnx-{name}.onnx"
        signature = [tensorflow.TensorSpec((None, None, 3), tensorflow.float32, name="x")]
        tf2onnx.convert.from_keras(model, input_signature=signature, opset=15, output_path=str(file))
        record(directory, "tf2onnx-" + name, x, model(x).numpy())


def run(*files):
    import numpy
    import onnx
    import onnxruntime
    import openvino

    warnings.simplefilter("error")
    core = openvino.Core()
    largest = 0
    for file in files:
        onnx.checker.check_model(onnx.load(file), full_check=True)
        session = onnxruntime.InferenceSession(file)
        random = numpy.random.default_rng(1)
        lengths = random.integers(1, 10, 5)
        feeds = {}
        for value in session.get_inputs():
            sizes = [{"batch": 5, "time": 9}.get(size, size) for size in value.shape]
            if value.name == "lengths":
                feeds[value.name] = lengths.astype(numpy.int32)
            elif "int64" in value.type:
                feeds[value.name] = random.integers(0, 4, sizes)
            else:
                feeds[value.name] = random.normal(size=sizes).astype(numpy.float32)
        compiled = core.compile_model(file, "CPU", {"INFERENCE_PRECISION_HINT": "f32"})(feeds)
        for output, found in zip(session.get_outputs(), session.run(None, feeds), strict=True):
            inside = numpy.arange(9) < lengths[:, None] if found.ndim == 3 else slice(None)
            largest = max(largest, float(numpy.abs(found - compiled[output.name])[inside].max()))
    print(largest)


if __name__ == "__main__":
    {"pytorch": pytorch, "keras": keras, "run": run}[sys.argv[1]](*sys.argv[2:])
